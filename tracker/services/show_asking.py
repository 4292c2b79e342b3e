"""What may be looked at of requests: those of one assignment, those of a unit, and those that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.deadlines.extending import Room
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services.asked import PENDING, SO_OFTEN, limits_of, times_extended
from tracker.services.assignment_deed import thing_of
from tracker.services.held import held
from tracker.store.models import Assignment, Plan, Unit
from tracker.store.queries import asking as find
from tracker.store.queries import units as find_units
from tracker.store.queries import work as find_work
from tracker.store.queries.asking import ExplanationRow, ExtensionRow, HandBackRow, WaitRow
from tracker.store.queries.rows import WorkRow
from tracker.store.queries.taking_part import partner_ids
from tracker.store.queries.work import Wanted
from tracker.vietnamese.order import sort_key

Found = TypeVar("Found", ExtensionRow, HandBackRow, ExplanationRow, WaitRow)


@dataclass(frozen=True)
class WorkAsking:
    """Everything that was asked about one assignment, and which deeds the actor may do now (names of `life`).

    `own` and `own_offer` are set where the open request or offer is the actor's own, so that somebody else has to
    answer; `awaited` where the open wait is for a unit of the actor who has no other part in the work. `room` are
    the days that may be asked for, `units` those that can be waited for or be named as the right ones, partners first.
    A `courtesy` unit is asked, not ordered.
    """

    row: WorkRow
    may: frozenset[str]
    extension: ExtensionRow | None
    extensions: tuple[ExtensionRow, ...]
    times: int
    room: Room | None
    own: bool
    own_offer: bool
    hand_back: HandBackRow | None
    hand_backs: tuple[HandBackRow, ...]
    own_hand_back: bool
    explanations: tuple[ExplanationRow, ...]
    mine: frozenset[int]
    wait: WaitRow | None
    awaited: bool
    waits: tuple[WaitRow, ...]
    units: tuple[tuple[int, str], ...]
    partners: frozenset[int]
    courtesy: bool

    @property
    def often(self) -> bool:
        """Extended so often that pages say how many times."""
        return self.times >= SO_OFTEN

    @property
    def open_explanations(self) -> tuple[ExplanationRow, ...]:
        return tuple(one for one in self.explanations if one.state in ("asked", "overdue"))

    @property
    def asked_already(self) -> bool:
        """Whether the actor has asked for an explanation that is still to come."""
        return any(one.id in self.mine for one in self.open_explanations)

    @property
    def past(self) -> bool:
        """Whether anything was asked and answered before."""
        return any((self.old_extensions, self.old_hand_backs, self.old_explanations, self.old_waits))

    @property
    def old_extensions(self) -> tuple[ExtensionRow, ...]:
        return tuple(one for one in self.extensions if one.state not in PENDING)

    @property
    def old_hand_backs(self) -> tuple[HandBackRow, ...]:
        return tuple(one for one in self.hand_backs if one.state != "asked")

    @property
    def old_explanations(self) -> tuple[ExplanationRow, ...]:
        return tuple(one for one in self.explanations if one.state in ("answered", "withdrawn"))

    @property
    def old_waits(self) -> tuple[WaitRow, ...]:
        return tuple(one for one in self.waits if one.ended_on is not None)


DEEDS = (
    "ask-extension",
    "withdraw-extension",
    "answer-offer",
    "decide-extension",
    "wait",
    "resume",
    "hand-back",
    "withdraw-hand-back",
    "refuse-hand-back",
    "hand-on",
    "excuse-hand-back",
    "ask-explanation",
    "withdraw-explanation",
    "explain",
)


def work_asking(actor: Actor, assignment_id: int, *, at: datetime) -> WorkAsking:
    """The requests of one assignment. Partners see no more than a wait that is for them."""
    today = vietnam_day(at)
    work = db.session.get(Assignment, assignment_id)
    row = next(iter(find_work.rows(db.session, Wanted(ids=[assignment_id]), today)), None)
    if work is None or row is None:
        raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
    thing = thing_of(work)
    access.need(actor, "work.see-state", replace(thing, unit_ids=thing.unit_ids | {work.unit_id}))
    sees = access.may(actor, "work.see", replace(thing, unit_ids=thing.unit_ids | {work.unit_id}))
    ids = [assignment_id]
    waits = find.waits(db.session, ids, today)
    if not sees:
        waits = tuple(one for one in waits if one.unit_id in actor.units())
    extensions = find.extensions(db.session, ids) if sees else ()
    hand_backs = find.hand_backs(db.session, ids, today) if sees else ()
    explanations = find.explanations(db.session, ids, today) if sees else ()
    wait = _first((one for one in waits if one.ended_on is None), work.state == life.WAITING)
    extension = _first((one for one in extensions if one.state in PENDING), work.state in life.UNDECIDED)
    hand_back = _first((one for one in hand_backs if one.state == "asked"), work.state in life.LIVE)
    partners = partner_ids(db.session, work.task_id)
    may = _may(actor, work, thing, wait)
    return WorkAsking(
        row=row,
        may=may,
        extension=extension,
        extensions=extensions,
        times=times_extended(assignment_id) if sees else 0,
        room=limits_of(work, today),
        own=extension is not None and extension.asked_by_id == actor.id,
        own_offer=extension is not None and extension.decided_by_id == actor.id,
        hand_back=hand_back,
        hand_backs=hand_backs,
        own_hand_back=hand_back is not None and hand_back.asked_by_id == actor.id,
        explanations=explanations,
        mine=frozenset(one.id for one in explanations if one.asked_by_id == actor.id),
        wait=wait,
        awaited=_is_awaited(actor, thing, wait),
        waits=waits,
        units=_units(work, partners, today) if may & {"wait", "hand-back", "hand-on"} else (),
        partners=partners,
        courtesy=db.session.get_one(Unit, work.holder_id).courtesy,
    )


def _is_awaited(actor: Actor, thing: Thing, wait: WaitRow | None) -> bool:
    return wait is not None and wait.unit_id in actor.units() and not access.may(actor, "work.wait", thing)


def _first(found: Iterable[Found], holds: bool) -> Found | None:
    """The newest one, where the state of the work lets it stand open at all."""
    return next(iter(found), None) if holds else None


def _may(actor: Actor, work: Assignment, thing: Thing, wait: WaitRow | None) -> frozenset[str]:
    plan = db.session.get_one(Plan, work.plan_id)
    if held(plan, work):
        return frozenset()
    awaited = frozenset({wait.unit_id}) if wait is not None and wait.unit_id is not None else frozenset[int]()
    thing = replace(thing, partner_ids=awaited)
    return frozenset(
        deed
        for deed in DEEDS
        if life.may_be_done(work.state, deed) and access.may(actor, life.DEEDS[deed].right, thing)
    )


def _units(work: Assignment, partners: frozenset[int], today: date) -> tuple[tuple[int, str], ...]:
    """(id, name) of the units that can be chosen: those that help first."""
    rows = find_units.units(db.session, today, committee_id=work.committee_id)
    known = {row.id for row in rows}
    rows += find_units.units(db.session, today, ids=partners - known)
    rows.sort(key=lambda row: (row.id not in partners, sort_key(row.name)))
    return tuple((row.id, row.name) for row in rows if row.id != work.holder_id)


# A unit's list


@dataclass(frozen=True)
class UnitAsking:
    """What a unit has to answer or waits to hear: others that wait for it, explanations that are asked of it, its own
    extensions and hand-backs that are not over. Each with its assignment."""

    awaited: tuple[tuple[WorkRow, WaitRow], ...] = ()
    explanations: tuple[tuple[WorkRow, ExplanationRow], ...] = ()
    extensions: tuple[tuple[WorkRow, ExtensionRow], ...] = ()
    hand_backs: tuple[tuple[WorkRow, HandBackRow], ...] = ()

    def __bool__(self) -> bool:
        return any((self.awaited, self.explanations, self.extensions, self.hand_backs))


def unit_asking(actor: Actor, unit_id: int, *, at: datetime) -> UnitAsking:
    """The open requests of a unit's work, and the work of others that waits for it."""
    today = vietnam_day(at)
    unit = find_units.unit(db.session, unit_id, today)
    if unit is None:
        raise NotFound("Không tìm thấy đơn vị này.")
    access.need(actor, "work.see", Thing(unit.committee_id, None, frozenset({unit_id})))
    asked = find.open_requests(db.session, holder_id=unit_id)
    for_us = find.waiting_for(db.session, unit_id)
    works = _works(asked.extensions | asked.hand_backs | asked.explanations | for_us, today)
    waits = [
        one
        for one in find.waits(db.session, for_us, today)
        if one.unit_id == unit_id and one.ended_on is None
    ]
    return UnitAsking(
        awaited=_by_day(works, ((one, one.until) for one in waits)),
        explanations=_by_day(works, _open_explanations(asked.explanations, today)),
        extensions=_by_day(works, _open_extensions(asked.extensions)),
        hand_backs=_by_day(works, _open_hand_backs(asked.hand_backs, today)),
    )


# What waits for a decision


@dataclass(frozen=True)
class Deciding:
    """For those who oversee: extensions and hand-backs that wait for their decision, and explanations."""

    extensions: tuple[tuple[WorkRow, ExtensionRow], ...] = ()
    hand_backs: tuple[tuple[WorkRow, HandBackRow], ...] = ()
    explanations: tuple[tuple[WorkRow, ExplanationRow], ...] = ()

    @property
    def decisions(self) -> int:
        return len(self.extensions) + len(self.hand_backs)


def deciding(actor: Actor, committee_id: int, *, at: datetime) -> Deciding:
    """What waits for this person. Explanations: those that they asked for, and those about plans of their unit."""
    access.need(actor, "dashboard.see", Thing(committee_id))
    today = vietnam_day(at)
    asked = find.open_requests(db.session, committee_id=committee_id)
    works = _works(asked.extensions | asked.hand_backs | asked.explanations, today)

    def may(deed: str, assignment_id: int) -> bool:
        row = works[assignment_id]
        thing = Thing(row.committee_id, row.coordinator_id, frozenset({row.holder_id}))
        return access.may(actor, life.DEEDS[deed].right, thing)

    extensions = [
        (one, day)
        for one, day in _open_extensions(asked.extensions)
        if one.state == "asked" and may("decide-extension", one.assignment_id)
    ]
    hand_backs = [
        (one, day)
        for one, day in _open_hand_backs(asked.hand_backs, today)
        if may("hand-on", one.assignment_id)
    ]
    explanations = [
        (one, day)
        for one, day in _open_explanations(asked.explanations, today)
        if one.asked_by_id == actor.id or may("hand-on", one.assignment_id)
    ]
    return Deciding(_by_day(works, extensions), _by_day(works, hand_backs), _by_day(works, explanations))


def _works(ids: Iterable[int], today: date) -> dict[int, WorkRow]:
    ids = list(ids)
    return {row.id: row for row in find_work.rows(db.session, Wanted(ids=ids), today)} if ids else {}


def _by_day(
    works: dict[int, WorkRow], found: Iterable[tuple[Found, date | None]]
) -> tuple[tuple[WorkRow, Found], ...]:
    """Each with its assignment, by the day that presses."""
    ordered = sorted(found, key=lambda pair: (pair[1] or date.max, pair[0].id))
    return tuple((works[one.assignment_id], one) for one, _day in ordered if one.assignment_id in works)


def _open_extensions(ids: frozenset[int]) -> list[tuple[ExtensionRow, date | None]]:
    return [(one, one.before_on) for one in find.extensions(db.session, ids) if one.state in PENDING]


def _open_hand_backs(ids: frozenset[int], today: date) -> list[tuple[HandBackRow, date | None]]:
    rows = find.hand_backs(db.session, ids, today)
    return [(one, vietnam_day(one.asked_at)) for one in rows if one.state == "asked"]


def _open_explanations(ids: frozenset[int], today: date) -> list[tuple[ExplanationRow, date | None]]:
    rows = find.explanations(db.session, ids, today)
    return [(one, one.due_on) for one in rows if one.state in ("asked", "overdue")]
