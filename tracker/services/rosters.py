"""Committees, and their units, groups and people from files and into files.

A file is taken whole or not at all, and taking it twice changes nothing. A line adds or corrects; nothing is
ever removed because a file does not mention it. What an import would do is a plan; a dry run shows the plan that
the import carries out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.access import UNIT_ROLES, Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.documents.rows import read_rows
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services import roster_lines as memory
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Committee
from tracker.units import roster
from tracker.units.roster import GROUPS, PEOPLE, UNITS, Complaints, Row
from tracker.units.roster_plan import (
    ADDED,
    CHANGED,
    SAME,
    Entry,
    Memory,
    Plan,
    plan_groups,
    plan_people,
    plan_units,
)


@dataclass(frozen=True)
class Imported:
    """How many units, groups or people were new, corrected, or as they were."""

    added: int
    changed: int
    same: int


@dataclass(frozen=True)
class Preview:
    """What an import would do, line by line; nothing at all while there are `errors` (line, words).

    `mark` says which plan this is: an import that is given it refuses to carry out another one."""

    kind: str
    entries: tuple[Entry, ...]
    errors: tuple[tuple[int, str], ...]
    total: Imported
    mark: str


@dataclass(frozen=True)
class Table:
    """A list to be written into a file: its name, and its rows with the head first."""

    kind: str
    name: str
    rows: tuple[tuple[str, ...], ...]


def create_committee(
    actor: Actor, name: str, short_name: str, place: str, *, at: datetime, demonstration: bool = False
) -> int:
    """A committee that will use the system. Raises `Refused` when there is one of that name."""
    need(actor, "installation.run", Thing())
    with transaction(db.session):
        if db.session.scalar(select(Committee.id).where(Committee.name == name)) is not None:
            raise Refused(f"Đã có cơ quan “{name}”. Xin dùng cơ quan ấy hoặc đặt tên khác.")
        committee = Committee(
            name=name, short_name=short_name, place=place, demonstration=demonstration, created_at=at
        )
        db.session.add(committee)
        db.session.flush()
        _note(actor, "committee-created", committee.id, {"name": name}, at)
        return committee.id


# Importing


def preview(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime, kind: str = "") -> Preview:
    """What importing the file would do. Without a kind, its head tells which list it is."""
    rows = read_rows(data)
    kind = _kind(kind or roster.kind_of(rows), rows)
    need(actor, "people.import" if kind == PEOPLE else "unit.import", Thing(committee_id))
    _committee(committee_id)
    complaints = Complaints()
    plan = _plan(actor, committee_id, kind, rows, complaints, vietnam_day(at))
    return Preview(kind, tuple(plan.entries), tuple(sorted(complaints.found)), _total(plan), plan.mark())


def import_any(
    actor: Actor, committee_id: int, data: bytes | str, *, at: datetime, mark: str = ""
) -> tuple[str, Imported]:
    """Whichever list it is, and what became of it; with a `mark`, only as it was previewed."""
    kind = roster.kind_of(read_rows(data))
    return kind, _import(actor, committee_id, kind, data, at, mark)


def import_units(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """Units with their versions and other spellings. A file of groups is taken as such."""
    need(actor, "unit.import", Thing(committee_id))
    return _import(actor, committee_id, UNITS, data, at)


def import_groups(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """Groups: by rule, or by a list of unit codes."""
    need(actor, "unit.import", Thing(committee_id))
    return _import(actor, committee_id, GROUPS, data, at)


def import_people(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """People and their roles, one line a role."""
    need(actor, "people.import", Thing(committee_id))
    return _import(actor, committee_id, PEOPLE, data, at)


def _import(
    actor: Actor, committee_id: int, kind: str, data: bytes | str, at: datetime, mark: str = ""
) -> Imported:
    need(actor, "people.import" if kind == PEOPLE else "unit.import", Thing(committee_id))
    rows = read_rows(data)
    kind = _kind(kind, rows)
    with transaction(db.session):
        _committee(committee_id, lock=True)
        complaints = Complaints()
        plan = _plan(actor, committee_id, kind, rows, complaints, vietnam_day(at))
        complaints.settle()
        if mark and mark != plan.mark():
            raise Refused(
                "Danh sách đã đổi từ lúc xem trước nên chưa dòng nào được ghi. Xin xem lại rồi ghi."
            )
        _keep(committee_id, plan, at)
        return _imported(actor, committee_id, plan, at)


def _kind(kind: str, rows: Sequence[Row]) -> str:
    """What was asked for; a file of groups is taken as such where units were asked for."""
    return GROUPS if kind == UNITS and roster.lists_groups(rows) else kind


def _plan(
    actor: Actor,
    committee_id: int,
    kind: str,
    rows: Sequence[Row],
    complaints: Complaints,
    today: date,
) -> Plan:
    """The lines of the file beside what memory has."""
    known = memory.memory_of(committee_id)
    if kind == UNITS:
        return plan_units(roster.read_units(rows, complaints), known, complaints)
    if kind == GROUPS:
        return plan_groups(roster.read_groups(rows, complaints), known, today, complaints)
    lines = roster.read_people(rows, complaints, UNIT_ROLES)
    for line in lines:
        if line.role == "admin" and not actor.holds("operator"):
            complaints.add(line.number, "vai trò quản trị hệ thống chỉ được cấp ngay trên máy chủ.")
    codes = {unit.id: code for code, unit in memory.units_of(committee_id).items()}
    people = memory.known_people(
        memory.people_of(line.email for line in lines),
        committee_id,
        codes,
        operator=actor.holds("operator"),
    )
    return plan_people(lines, Memory(known.units, people=people), complaints)


def _keep(committee_id: int, plan: Plan, at: datetime) -> None:
    if plan.kind == UNITS:
        memory.keep_units(committee_id, plan, at)
    elif plan.kind == GROUPS:
        memory.keep_groups(committee_id, plan)
    else:
        memory.keep_people(committee_id, plan, memory.units_of(committee_id), at)


def _total(plan: Plan) -> Imported:
    counts = Counter(plan.results().values())
    return Imported(counts[ADDED], counts[CHANGED], counts[SAME])


def _imported(actor: Actor, committee_id: int, plan: Plan, at: datetime) -> Imported:
    """The sum, and its fact. An import that changed nothing leaves no trace."""
    total = _total(plan)
    if total.added or total.changed:
        after = {ADDED: total.added, CHANGED: total.changed, SAME: total.same}
        _note(actor, f"{plan.kind}-imported", committee_id, after, at)
    return total


# Exporting


def export_units(actor: Actor, committee_id: int) -> Table:
    """The units with all their versions, so that importing the table changes nothing."""
    need(actor, "unit.export", Thing(committee_id))
    _committee(committee_id)
    known = memory.memory_of(committee_id).units
    lines = [line for versions in known.values() for line in versions]
    return Table(UNITS, "don-vi", tuple(roster.rows_of(UNITS, lines)))


def export_groups(actor: Actor, committee_id: int) -> Table:
    """The groups."""
    need(actor, "unit.export", Thing(committee_id))
    _committee(committee_id)
    lines = memory.memory_of(committee_id).groups.values()
    return Table(GROUPS, "nhom-don-vi", tuple(roster.rows_of(GROUPS, lines)))


def export_people(actor: Actor, committee_id: int) -> Table:
    """Everybody with a role in the committee, one line a role."""
    need(actor, "people.export", Thing(committee_id))
    _committee(committee_id)
    codes = {unit.id: code for code, unit in memory.units_of(committee_id).items()}
    lines = memory.people_lines(committee_id, codes)
    return Table(PEOPLE, "nguoi-dung", tuple(roster.rows_of(PEOPLE, lines)))


# What all of them need


def _committee(committee_id: int, *, lock: bool = False) -> None:
    """There is such a committee; locked, two imports of it follow each other."""
    held = {"key_share": True} if lock else None
    if db.session.get(Committee, committee_id, with_for_update=held) is None:
        raise NotFound("Không có cơ quan này. Xin chọn lại cơ quan.")


def _note(actor: Actor, deed: str, committee_id: int, after: Mapping[str, Any], at: datetime) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="committee",
        thing_id=committee_id,
        committee_id=committee_id,
        after=after,
        at=at,
    )
