"""What a reorganisation does to memory, step by step, each noting what undoing puts back. Callers have asked.

`Ledger` is the note: it becomes `UnitChange.before`, as JSON. Nothing here decides anything; the choices have
been made and checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select

from tracker import life
from tracker.extensions import db
from tracker.store.models import (
    Absence,
    Assignment,
    Contact,
    Feed,
    HandOver,
    Plan,
    Role,
    Unit,
    UnitChange,
    UnitGroup,
    UnitSuccession,
    UnitVersion,
)
from tracker.units.succession import DISSOLVED, Change, Heir

EXCUSED_AS = "dissolved"


@dataclass
class Ledger:
    """What was touched: ids with the values that stood there before, and ids of what was made."""

    units: list[list[Any]] = field(default_factory=list)
    heirs: list[list[Any]] = field(default_factory=list)
    versions: list[list[Any]] = field(default_factory=list)
    versions_made: list[int] = field(default_factory=list)
    units_made: list[int] = field(default_factory=list)
    works: list[list[Any]] = field(default_factory=list)
    works_seen: list[list[int]] = field(default_factory=list)
    plans: list[list[int]] = field(default_factory=list)
    roles: list[list[Any]] = field(default_factory=list)
    roles_made: list[int] = field(default_factory=list)
    contacts: list[list[int]] = field(default_factory=list)
    absences: list[list[int]] = field(default_factory=list)
    feeds: list[int] = field(default_factory=list)
    groups: list[list[Any]] = field(default_factory=list)


# Units and their versions


def last_version(unit_id: int) -> UnitVersion:
    """The newest name and place of the unit."""
    query = select(UnitVersion).where(UnitVersion.unit_id == unit_id).order_by(UnitVersion.ordinal.desc())
    return db.session.scalars(query.limit(1)).one()


def end(unit_id: int, last_day: date, ledger: Ledger) -> None:
    """The unit is no more after that day."""
    version = last_version(unit_id)
    ledger.versions.append([version.id, _iso(version.valid_to), version.parent_id])
    version.valid_to = last_day


def become(unit_id: int, heir: Heir, change: Change, ledger: Ledger) -> None:
    """The same unit under a new name, or in a new place, from the day on."""
    old = last_version(unit_id)
    end(unit_id, change.last_day, ledger)
    new = UnitVersion(
        unit_id=unit_id,
        ordinal=old.ordinal + 1,
        name=heir.name or old.name,
        short_name=heir.short_name if change.kind == "renamed" else old.short_name,
        kind=heir.kind or old.kind,
        level=heir.level or old.level,
        place=heir.place or old.place,
        parent_id=heir.parent_id if change.kind == "moved" else old.parent_id,
        valid_from=change.on,
    )
    db.session.add(new)
    db.session.flush()
    ledger.versions_made.append(new.id)


def make(heir: Heir, change: Change, committee_id: int, at: datetime, ledger: Ledger) -> int:
    """A new unit that begins on the day; what the form leaves open it has from the first unit that it follows."""
    pattern = last_version(change.units[0])
    courtesy = db.session.scalars(select(Unit.courtesy).where(Unit.id.in_(change.units))).all()
    unit = Unit(committee_id=committee_id, code=heir.code, courtesy=all(courtesy), created_at=at)
    unit.versions.append(
        UnitVersion(
            ordinal=1,
            name=heir.name,
            short_name=heir.short_name,
            kind=heir.kind or pattern.kind,
            level=heir.level or pattern.level,
            place=heir.place or pattern.place,
            parent_id=heir.parent_id or shared_parent(change),
            valid_from=change.on,
        )
    )
    db.session.add(unit)
    db.session.flush()
    ledger.units_made.append(unit.id)
    return unit.id


def shared_parent(change: Change) -> int | None:
    """The unit that all those before it stood under; none where they stood under several, or it ends, too."""
    parents = {last_version(unit_id).parent_id for unit_id in change.units}
    only = parents.pop() if len(parents) == 1 else None
    return None if only in change.ended else only


def adopt_children(change: Change, heir_id: int, ledger: Ledger) -> None:
    """Units under an ended one stand under its only successor from the day on."""
    query = select(UnitVersion).where(
        UnitVersion.parent_id.in_(change.ended),
        UnitVersion.valid_to.is_(None),
        UnitVersion.unit_id != heir_id,
    )
    for version in db.session.scalars(query).all():
        if version.unit_id in change.ended:
            continue
        if version.valid_from is not None and version.valid_from >= change.on:
            ledger.versions.append([version.id, None, version.parent_id])
            version.parent_id = heir_id
            continue
        heir = Heir(parent_id=heir_id)
        become(version.unit_id, heir, Change("moved", (version.unit_id,), change.on), ledger)


# Work


def hand_over(row: UnitChange, moves: Mapping[int, tuple[int, str]], at: datetime, ledger: Ledger) -> None:
    """Assignment → (holder, reason): the holder changes, the unit never does."""
    for work in _works(moves):
        to, reason = moves[work.id]
        db.session.add(
            HandOver(change_id=row.id, assignment_id=work.id, from_id=work.holder_id, to_id=to, reason=reason)
        )
        ledger.works_seen.append([work.id, work.row_version])
        ledger.works.append([work.id, work.holder_id, work.state, 0, ""])
        work.holder_id = to
        _seen(work, at)


def excuse(ids: Iterable[int], at: datetime, ledger: Ledger) -> None:
    """The work is given to nobody any more, because its unit was dissolved."""
    for work in _works(ids):
        state = life.after(work.state, "dissolve")
        assert state is not None, "a choice that was not offered"
        ledger.works_seen.append([work.id, work.row_version])
        ledger.works.append([work.id, work.holder_id, work.state, 0, EXCUSED_AS])
        work.state, work.excuse, work.excuse_reason = state, EXCUSED_AS, DISSOLVED
        _seen(work, at)


def note_versions(ledger: Ledger) -> None:
    """After all is written: which row versions the assignments have now; another one later means that somebody
    has worked on it."""
    db.session.flush()
    found = {work.id: work.row_version for work in _works(line[0] for line in ledger.works)}
    for line in ledger.works:
        line[3] = found[line[0]]


def _works(ids: Iterable[int]) -> list[Assignment]:
    wanted = list(ids)
    found: list[Assignment] = []
    for start in range(0, len(wanted), 500):
        query = select(Assignment).where(Assignment.id.in_(wanted[start : start + 500]))
        found += db.session.scalars(query.order_by(Assignment.id))
    return found


def _seen(work: Assignment, at: datetime) -> None:
    """Calendars must see it."""
    work.sequence += 1
    work.changed_at = at


# Plans, people, addresses, groups


def follow_up(moves: Mapping[int, int], ledger: Ledger) -> None:
    """Plan → the unit that follows it up from now on."""
    for plan in db.session.scalars(select(Plan).where(Plan.id.in_(moves)).order_by(Plan.id)):
        ledger.plans.append([plan.id, plan.coordinator_id, moves[plan.id]])
        plan.coordinator_id = moves[plan.id]


def move_roles(choices: Mapping[int, int | None], change: Change, ledger: Ledger) -> None:
    """Role → the unit in which it goes on, or None. What hangs on the person goes along."""
    for role in db.session.scalars(select(Role).where(Role.id.in_(choices)).order_by(Role.id)).all():
        ledger.roles.append([role.id, _iso(role.valid_from), _iso(role.valid_to)])
        to, until = choices[role.id], role.valid_to
        role.valid_to = change.last_day
        if to is None:
            continue
        _continue(role, to, until, change, ledger)
        _take_along(role, to, ledger)


def _continue(role: Role, to: int, until: date | None, change: Change, ledger: Ledger) -> None:
    same = select(Role).where(
        Role.person_id == role.person_id, Role.role == role.role, Role.unit_id == to, Role.id != role.id
    )
    known = db.session.scalars(same).first()
    if known is None:
        new = Role(
            person_id=role.person_id,
            role=role.role,
            committee_id=role.committee_id,
            unit_id=to,
            valid_from=change.on,
            valid_to=until,
        )
        db.session.add(new)
        db.session.flush()
        ledger.roles_made.append(new.id)
    elif known.valid_to is not None and known.valid_to < change.on:  # held before, and now again
        ledger.roles.append([known.id, _iso(known.valid_from), _iso(known.valid_to)])
        known.valid_to = until


def _take_along(role: Role, to: int, ledger: Ledger) -> None:
    contacts = select(Contact).where(Contact.unit_id == role.unit_id, Contact.person_id == role.person_id)
    for contact in db.session.scalars(contacts).all():
        ledger.contacts.append([contact.id, contact.unit_id])
        contact.unit_id = to
    absences = select(Absence).where(
        Absence.unit_id == role.unit_id,
        or_(Absence.person_id == role.person_id, Absence.deputy_id == role.person_id),
    )
    for absence in db.session.scalars(absences).all():
        ledger.absences.append([absence.id, absence.unit_id or 0])
        absence.unit_id = to


def end_feeds(change: Change, at: datetime, ledger: Ledger) -> None:
    """The calendar addresses of ending units die."""
    query = select(Feed).where(Feed.unit_id.in_(change.ended), Feed.revoked_at.is_(None)).order_by(Feed.id)
    for feed in db.session.scalars(query):
        feed.revoked_at = at
        ledger.feeds.append(feed.id)


def regroup(committee_id: int, change: Change, heir_ids: list[int], ledger: Ledger) -> None:
    """Rules that name an ended unit as parent name its only heir; an heir is left out of a group only where all
    of its predecessors were. Lists of members stay: they find the heirs of a day by themselves."""
    ended = set(change.ended)
    for group in db.session.scalars(select(UnitGroup).where(UnitGroup.committee_id == committee_id)):
        excepted = set(group.exceptions or ())
        rule = dict(group.rule) if group.rule is not None else None
        if rule and rule.get("parent_id") in ended and len(heir_ids) == 1:
            rule["parent_id"] = heir_ids[0]
        all_out = bool(ended) and ended <= excepted
        exceptions = sorted(excepted | set(heir_ids)) if all_out else group.exceptions
        if rule != group.rule or exceptions != group.exceptions:
            ledger.groups.append([group.id, group.rule, list(group.exceptions or ())])
            group.rule, group.exceptions = rule, exceptions


def relate(row: UnitChange, change: Change, heir_ids: list[int]) -> None:
    """Who follows whom, so that pages and publishing can tell."""
    if change.kind not in ("merged", "split", "abolished"):
        return
    follows: list[tuple[int | None, str]] = [
        (n, heir.function) for n, heir in zip(heir_ids, change.heirs, strict=True)
    ]
    leaving = change.units if change.kind == "split" else change.ended
    for unit_id in leaving:
        for successor, function in follows or [(None, "")]:
            if successor == unit_id:
                continue
            db.session.add(
                UnitSuccession(
                    change_id=row.id,
                    unit_id=unit_id,
                    successor_id=successor,
                    kind=change.kind,
                    function=function,
                    effective_on=change.on,
                    document=change.document,
                )
            )


# Undoing


def restore(row: UnitChange, at: datetime) -> list[tuple[int, int, str]]:
    """Put everything back. Returns (assignment, holder, state) of the work that went back."""
    before = row.before
    back = _restore_works(before, at)
    for plan_id, was, _now in before["plans"]:
        _one(Plan, plan_id).coordinator_id = was
    _restore_people(before)
    for feed_id in before["feeds"]:
        _one(Feed, feed_id).revoked_at = None
    _restore_groups(before)
    for model in (HandOver, UnitSuccession):
        db.session.execute(delete(model).where(model.change_id == row.id))
    db.session.flush()
    _restore_units(before)
    return back


def let_earlier_be_undone(row: UnitChange) -> None:
    """What was done and undone is no work: earlier changes know the row versions that undoing left behind."""
    db.session.flush()
    seen = dict(row.before.get("works_seen", ()))
    now = {work.id: work.row_version for work in _works(seen)}
    earlier = select(UnitChange).where(
        UnitChange.committee_id == row.committee_id, UnitChange.id < row.id, UnitChange.undone_at.is_(None)
    )
    for change in db.session.scalars(earlier):
        works = [
            [n, holder, state, now[n] if seen.get(n) == version else version, excused]
            for n, holder, state, version, excused in change.before["works"]
        ]
        if works != change.before["works"]:
            change.before = {**change.before, "works": works}


def _restore_works(before: Mapping[str, Any], at: datetime) -> list[tuple[int, int, str]]:
    was = {line[0]: line for line in before["works"]}
    back = []
    for work in _works(was):
        _id, holder, state, _version, excused = was[work.id]
        work.holder_id, work.state = holder, state
        if excused:
            work.excuse, work.excuse_reason = "", ""
        _seen(work, at)
        back.append((work.id, holder, state))
    return back


def _restore_people(before: Mapping[str, Any]) -> None:
    for contact_id, unit_id in before["contacts"]:
        contact = db.session.get(Contact, contact_id)
        if contact is not None:  # whoever took it off the list since, meant it
            contact.unit_id = unit_id
    for absence_id, unit_id in before["absences"]:
        _one(Absence, absence_id).unit_id = unit_id
    for role_id, start, last in before["roles"]:
        role = _one(Role, role_id)
        role.valid_from, role.valid_to = _date(start), _date(last)
    db.session.flush()
    db.session.execute(delete(Role).where(Role.id.in_(before["roles_made"])))


def _restore_groups(before: Mapping[str, Any]) -> None:
    for group_id, rule, exceptions in before["groups"]:
        group = _one(UnitGroup, group_id)
        group.rule, group.exceptions = rule, exceptions
    db.session.flush()


def _restore_units(before: Mapping[str, Any]) -> None:
    for version_id in before["versions_made"]:
        db.session.delete(_one(UnitVersion, version_id))
    db.session.flush()
    for version_id, last, parent_id in before["versions"]:
        version = _one(UnitVersion, version_id)
        version.valid_to, version.parent_id = _date(last), parent_id
    for unit_id in before["units_made"]:
        db.session.execute(delete(Feed).where(Feed.unit_id == unit_id))
        db.session.delete(_one(Unit, unit_id))
    db.session.flush()


def _one(model: type[Any], row_id: int) -> Any:
    found = db.session.get(model, row_id)
    assert found is not None, f"{model.__name__} {row_id}"
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
