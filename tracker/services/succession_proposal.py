"""What a reorganisation would do, line by line: where open work, plans and roles would go, and what else may be chosen.
Whoever calls has asked for the right."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from tracker import life
from tracker.drafts.headings import heading_of, section_of
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.store.models import (
    Assignment,
    Feed,
    Plan,
    PlanVersion,
    Role,
    TaskVersion,
    UnitGroup,
    UnitGroupMember,
)
from tracker.store.queries import succession as find
from tracker.store.queries import work as find_work
from tracker.store.queries.plans import published_of
from tracker.store.queries.rows import WorkRow
from tracker.store.queries.work import Wanted
from tracker.units.succession import EXCUSE, HEIR, STAY, Change, Fault, Heir, Known, Move, OpenWork, faults
from tracker.units.succession import propose as proposed

GOING_ON = (life.OPEN, life.WAITING, life.SUBMITTED)
END = "end"


class Faulty(Invalid):
    """The change cannot be carried out as it is; `faults` say what to mend and where."""

    def __init__(self, found: Iterable[Fault]) -> None:
        self.faults = tuple(found)
        super().__init__(self.faults[0].text, code=self.faults[0].field)


@dataclass(frozen=True)
class Option:
    """An answer: "stay", "heir:0", "unit:12", "excuse", "end"."""

    value: str
    words: str


@dataclass(frozen=True)
class WorkLine:
    """An open assignment of a unit of the change, where it would go, and what else may be chosen."""

    row: WorkRow
    move: Move
    options: tuple[Option, ...]


@dataclass(frozen=True)
class PlanLine:
    """A plan that a unit of the change follows up."""

    id: int
    name: str
    move: Move
    options: tuple[Option, ...]


@dataclass(frozen=True)
class RoleLine:
    """Somebody's role in a unit that ends."""

    id: int
    person_name: str
    role: str
    unit_name: str
    to: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Count:
    """Open work of one unit, now and afterwards as proposed."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Proposal:
    """Everything that carrying the change out would do. `stamp` is that of the state that it was made from."""

    change: Change
    committee_id: int
    names: tuple[str, ...]
    heir_names: tuple[str, ...]
    works: tuple[WorkLine, ...]
    plans: tuple[PlanLine, ...]
    roles: tuple[RoleLine, ...]
    counts: tuple[Count, ...]
    closed: int
    feeds: int
    children: int
    groups: tuple[str, ...]
    stamp: str

    @property
    def doubts(self) -> int:
        moves = [line.move for line in self.works] + [line.move for line in self.plans]
        return sum(bool(move.doubt) for move in moves)


@dataclass(frozen=True)
class Choices:
    """What a person chose: assignment, plan or role → the value of an option. What is not named is as proposed."""

    works: Mapping[int, str] = field(default_factory=dict)
    plans: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)


def work_out(committee_id: int, change: Change, today: date) -> Proposal:
    """The proposal as of today; raises `Faulty` where the change cannot be done as it is."""
    known = find.known_units(db.session, committee_id)
    found = faults(change, known, today)
    if found:
        raise Faulty(found)
    heir_names = tuple(_heir_name(heir, change, known) for heir in change.heirs)
    rows = _open_rows(change, today)
    words = _words({row.task_id for row in rows})
    moves = proposed(change, [_open_work(row, words) for row in rows], heir_names)
    options = _options(change, heir_names, known)
    works = tuple(
        WorkLine(row, move, _for_work(row, move, options, change))
        for row, move in zip(rows, moves, strict=True)
    )
    plans = tuple(_plan_lines(change, heir_names, options))
    roles = tuple(_role_lines(committee_id, change, heir_names, known, today))
    return Proposal(
        change=change,
        committee_id=committee_id,
        names=tuple(known[unit].name for unit in change.units),
        heir_names=heir_names,
        works=works,
        plans=plans,
        roles=roles,
        counts=tuple(_counts(change, heir_names, known, works)),
        closed=_closed(change, len(works)),
        feeds=_live_feeds(change),
        children=_children(change, known),
        groups=tuple(_groups(change)),
        stamp=_stamp(change, works, plans, roles),
    )


def _heir_name(heir: Heir, change: Change, known: Mapping[int, Known]) -> str:
    """A renamed or moved unit is its own heir."""
    same = change.units[0] if change.kind in ("renamed", "moved") else 0
    return heir.name or known[heir.unit_id or same].name


def _open_rows(change: Change, today: date) -> list[WorkRow]:
    """What goes on. Work of a closed period is held with its unit's name; opened again, it finds its heir."""
    rows = find_work.rows(db.session, Wanted(holders=change.units), today)
    return [row for row in rows if row.work.state in GOING_ON and row.work.held_on is None]


def _open_work(row: WorkRow, words: Mapping[int, tuple[str, ...]]) -> OpenWork:
    return OpenWork(row.id, words.get(row.task_id, (row.title,)), row.holder_id, row.due_on, row.work.state)


def _words(task_ids: set[int]) -> dict[int, tuple[str, ...]]:
    """Task → its own words, then the heading of its section, as the newest published version has them."""
    query = (
        select(TaskVersion, PlanVersion)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(TaskVersion.task_id.in_(task_ids), PlanVersion.state != "draft")
        .order_by(PlanVersion.ordinal)
    )
    return {
        task.task_id: (task.title, heading_of(version.blocks, section_of(task.path), task.source))
        for task, version in db.session.execute(query)
    }


def _options(change: Change, heir_names: tuple[str, ...], known: Mapping[int, Known]) -> tuple[Option, ...]:
    """Who can take over: the heirs; where there are none, every unit that goes on."""
    if change.kind in ("renamed", "moved"):
        return ()
    if change.heirs:
        return tuple(Option(f"{HEIR}{n}", name) for n, name in enumerate(heir_names))
    going_on = [unit for unit in known.values() if unit.valid_to is None and unit.id not in change.ended]
    return tuple(Option(f"unit:{unit.id}", unit.name) for unit in going_on)


def _for_work(row: WorkRow, move: Move, options: tuple[Option, ...], change: Change) -> tuple[Option, ...]:
    stays = row.holder_id in change.lives_on
    own = {f"{HEIR}{n}" for n, heir in enumerate(change.heirs) if heir.unit_id == row.holder_id}
    found = [option for option in options if option.value not in own]
    if stays:
        found.insert(0, Option(STAY, row.holder_name))
    if not stays and life.after(row.work.state, "dissolve"):
        found.append(Option(EXCUSE, "Thôi giao việc này"))
    return tuple(found)


def _plan_lines(
    change: Change, heir_names: tuple[str, ...], options: tuple[Option, ...]
) -> Iterable[PlanLine]:
    """Plans that an ending unit follows up; who goes on elsewhere keeps its plans."""
    plans = db.session.scalars(
        select(Plan).where(Plan.coordinator_id.in_(change.ended)).order_by(Plan.id)
    ).all()
    named = {plan.id: _plan_name(plan) for plan in plans}
    works = [OpenWork(plan.id, named[plan.id], plan.coordinator_id) for plan in plans]
    for plan, move in zip(plans, proposed(change, works, heir_names), strict=True):
        yield PlanLine(plan.id, " ".join(named[plan.id]), move, options)


def _plan_name(plan: Plan) -> tuple[str, ...]:
    version = next(iter(published_of(db.session, [plan.id])), None) or plan.versions[-1]
    return tuple(part for part in (version.number, version.title) if part)


def _role_lines(
    committee_id: int, change: Change, heir_names: tuple[str, ...], known: Mapping[int, Known], today: date
) -> Iterable[RoleLine]:
    query = (
        select(Role)
        .where(
            Role.unit_id.in_(change.ended),
            or_(Role.valid_to.is_(None), Role.valid_to >= change.on),
        )
        .options(joinedload(Role.person))
        .order_by(Role.unit_id, Role.id)
    )
    options = (*(Option(f"{HEIR}{n}", name) for n, name in enumerate(heir_names)), Option(END, "Kết thúc"))
    for role in db.session.scalars(query):
        unit = known[role.unit_id or 0].name
        yield RoleLine(role.id, role.person.name, role.role, unit, options[0].value, options)


def _counts(
    change: Change, heir_names: tuple[str, ...], known: Mapping[int, Known], works: tuple[WorkLine, ...]
) -> Iterable[Count]:
    """Open work of every unit concerned, now and as proposed; both columns have the same sum."""
    before = Counter(line.row.holder_id for line in works)
    outside = {heir.unit_id for heir in change.heirs if heir.unit_id is not None} - set(change.units)
    before |= Counter(_open_counts(outside))
    after = Counter(before)
    gained: Counter[int] = Counter()
    for line in works:
        if line.move.to.startswith(HEIR):
            after[line.row.holder_id] -= 1
            gained[int(line.move.to.removeprefix(HEIR))] += 1
    for unit in change.units:
        place = next((n for n, heir in enumerate(change.heirs) if heir.unit_id == unit), None)
        more = gained.pop(place, 0) if place is not None else 0
        yield Count(known[unit].name, before[unit], after[unit] + more)
    if change.kind in ("renamed", "moved"):
        return
    for n, heir in enumerate(change.heirs):
        if heir.unit_id not in change.units:
            held = before[heir.unit_id] if heir.unit_id is not None else 0
            yield Count(heir_names[n], held, held + gained[n])


def _open_counts(unit_ids: set[int]) -> dict[int, int]:
    query = (
        select(Assignment.holder_id, func.count())
        .where(Assignment.holder_id.in_(unit_ids), Assignment.state.in_(GOING_ON))
        .group_by(Assignment.holder_id)
    )
    return dict(db.session.execute(query).all())


def _closed(change: Change, going_on: int) -> int:
    """How many assignments of the units stay with them: all but those that go on."""
    query = select(func.count()).select_from(Assignment)
    return (db.session.scalar(query.where(Assignment.holder_id.in_(change.units))) or 0) - going_on


def _live_feeds(change: Change) -> int:
    query = select(func.count()).select_from(Feed)
    return db.session.scalar(query.where(Feed.unit_id.in_(change.ended), Feed.revoked_at.is_(None))) or 0


def _children(change: Change, known: Mapping[int, Known]) -> int:
    going_on = [unit for unit in known.values() if unit.valid_to is None and unit.id not in change.ended]
    return sum(unit.parent_id in change.ended for unit in going_on)


def _groups(change: Change) -> Iterable[str]:
    """Lists of members in which an ending unit stands."""
    query = (
        select(UnitGroup.name)
        .join(UnitGroupMember, UnitGroupMember.group_id == UnitGroup.id)
        .where(UnitGroupMember.unit_id.in_(change.ended))
        .distinct()
        .order_by(UnitGroup.name)
    )
    return db.session.scalars(query).all()


def _stamp(
    change: Change, works: tuple[WorkLine, ...], plans: tuple[PlanLine, ...], roles: tuple[RoleLine, ...]
) -> str:
    """Changes with everything on which the choices rest."""
    state: list[Any] = [
        repr(change),
        [(line.row.id, line.row.row_version, line.row.holder_id) for line in works],
        [line.id for line in plans],
        [line.id for line in roles],
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:32]
