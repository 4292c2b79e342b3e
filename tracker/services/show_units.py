"""Who there is and what they have to do: committees, units, groups, people; the page of a unit and its work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.deadlines.workdays import NATIONAL
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.progress.counts import DONE
from tracker.progress.standing import when
from tracker.services import figures
from tracker.store.models import Committee, Unit
from tracker.store.queries import units as find_units
from tracker.store.queries import work as find_work
from tracker.store.queries.ongoing import ongoing_rows
from tracker.store.queries.rows import GroupRow, PersonRow, UnitPage, UnitRow, UnitWork, WorkRow
from tracker.store.queries.taking_part import helped_tasks
from tracker.store.queries.work import Wanted
from tracker.vietnamese.order import sort_key


def committees(actor: Actor) -> tuple[tuple[int, str, bool], ...]:
    """(id, name, demonstration) of the committees in which the actor holds a role."""
    return tuple(
        (one.id, one.name, one.demonstration) for one in find_units.committees(db.session, actor.committees())
    )


def holds_demonstration() -> bool:
    """Whether any committee here is a demonstration: open to everybody, as the log-in page has to say it."""
    return db.session.scalar(select(Committee.id).where(Committee.demonstration).limit(1)) is not None


def my_units(actor: Actor, *, at: datetime) -> tuple[UnitRow, ...]:
    """The units whose work the actor does."""
    return tuple(find_units.in_order(find_units.units(db.session, vietnam_day(at), ids=actor.units())))


def units(actor: Actor, committee_id: int, *, at: datetime) -> tuple[UnitRow, ...]:
    """Every unit of the committee, by kind and name."""
    access.need(actor, "unit.see", Thing(committee_id))
    return tuple(
        find_units.in_order(find_units.units(db.session, vietnam_day(at), committee_id=committee_id))
    )


def groups(actor: Actor, committee_id: int, *, at: datetime) -> tuple[GroupRow, ...]:
    """Every group of the committee with the units that it means today."""
    access.need(actor, "unit.see", Thing(committee_id))
    return tuple(find_units.groups(db.session, committee_id, vietnam_day(at)))


def people(actor: Actor, committee_id: int, *, at: datetime) -> tuple[PersonRow, ...]:
    """Everybody with a role in the committee, by the Vietnamese order of given names."""
    access.need(actor, "people.see", Thing(committee_id))
    found = find_units.people(db.session, committee_id, vietnam_day(at))
    return tuple(
        sorted(found, key=lambda p: (sort_key(p.name.split()[-1] if p.name else ""), sort_key(p.name)))
    )


def unit_page(actor: Actor, unit_id: int, *, at: datetime) -> UnitPage:
    """A unit: its names, people and groups; its work in figures for those who may see it."""
    today = vietnam_day(at)
    unit = _unit(unit_id, today)
    access.need(actor, "unit.see", Thing(unit.committee_id))
    mine = Thing(unit.committee_id, None, frozenset({unit_id}))
    tally = None
    if access.may(actor, "work.see", mine) or access.may(actor, "dashboard.see", mine):
        tally = figures.of_units(figures.lines(Wanted(holders=[unit_id], going_on=True)), today)
    stored = db.session.get(Unit, unit_id)
    assert stored is not None
    sees_people = access.may(actor, "people.see", mine) or unit_id in actor.units()
    return UnitPage(
        unit=unit,
        people=_people_of(unit, today) if sees_people else (),
        aliases=find_units.unit_aliases(db.session, unit_id),
        groups=tuple(
            group.name
            for group in find_units.groups(db.session, unit.committee_id, today)
            if unit_id in group.unit_ids
        ),
        versions=tuple((v.name, v.valid_from, v.valid_to) for v in stored.versions),
        tally=tally,
        rate=tally.on_time if tally else None,
        feed_url="",
        may_renew_feed=access.may(actor, "feed.renew", mine) and not _over(unit_id, today),
    )


def _people_of(unit: UnitRow, today: date) -> tuple[PersonRow, ...]:
    return tuple(find_units.people(db.session, unit.committee_id, today, unit_id=unit.id))


def _over(unit_id: int, today: date) -> bool:
    """Whether the unit is no more: its calendar, too, is its successor's."""
    return bool(find_units.successors(db.session, [unit_id], today))


def _unit(unit_id: int, today: date) -> UnitRow:
    unit = find_units.unit(db.session, unit_id, today)
    if unit is None:
        raise NotFound("Không tìm thấy đơn vị này.")
    return unit


def unit_work(actor: Actor, unit_id: int, *, at: datetime, plan_id: int | None = None) -> UnitWork:
    """Việc của đơn vị: overdue first; the unit's help to others stands apart and never counts."""
    today = vietnam_day(at)
    unit = _unit(unit_id, today)
    access.need(actor, "work.see", Thing(unit.committee_id, None, frozenset({unit_id})))
    asked = {one.id: one.asked for one in ongoing_rows(db.session, today, holders=[unit_id])}
    rows = [
        replace(row, asked=asked[row.id]) if row.id in asked else row
        for row in find_work.rows(db.session, Wanted(holders=[unit_id], going_on=True), today)
    ]
    shown = [row for row in rows if plan_id in (None, row.plan_id)]
    return UnitWork(
        unit=unit,
        today=today,
        tally=figures.of_units(shown, today),
        groups=_grouped(shown, today),
        partner_rows=_helped(unit_id, today, plan_id),
        plans=tuple(dict.fromkeys((row.plan_id, row.plan_name) for row in rows)),
    )


def _grouped(rows: Iterable[WorkRow], today: date) -> tuple[tuple[str, tuple[WorkRow, ...]], ...]:
    groups: dict[str, list[WorkRow]] = {
        code: []
        for code in (
            "overdue",
            "today",
            "week",
            "month",
            "soon",
            "later",
            "waiting",
            "undated",
            "submitted",
            "enough",
            "done",
        )
    }
    for row in rows:
        code = _urgency(row, today)
        if code:
            groups[code].append(row)
    groups["done"].sort(key=lambda row: row.work.done_on or date.min, reverse=True)
    return tuple((code, tuple(found)) for code, found in groups.items() if found)


def _urgency(row: WorkRow, today: date) -> str:
    code = row.standing.code
    if code in ("overdue", "today", "submitted", "waiting", "enough"):
        return code
    if code in DONE:
        return "done"
    if code == "excused":
        return ""
    return when(row.work, today, NATIONAL)


def _helped(unit_id: int, today: date, plan_id: int | None) -> tuple[WorkRow, ...]:
    """What the unit helps with and others lead: the next occurrence of each task, while it is not done."""
    tasks = helped_tasks(db.session, [unit_id])
    rows = find_work.rows(db.session, Wanted(tasks=tasks), today) if tasks else []
    live: dict[int, list[WorkRow]] = {}
    for row in rows:
        others = row.standing.code not in (*DONE, "enough", "excused") and row.holder_id != unit_id
        if others and plan_id in (None, row.plan_id):
            live.setdefault(row.task_id, []).append(row)
    return tuple(replace(found[0], leading=_leading(found)) for found in live.values())


def _leading(rows: list[WorkRow]) -> int:
    """How many units lead what comes first of these."""
    first = rows[0]
    return len({r.holder_id for r in rows if (r.timing_id, r.period) == (first.timing_id, first.period)})
