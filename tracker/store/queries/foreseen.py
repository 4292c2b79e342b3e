"""The forecast of mails as rows, and what it needs besides what the sender reads: how work is called, on which days
people change, which waits end by themselves, and where cycles roll on beyond what is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf

from sqlalchemy import func, select

from tracker.life import OPEN, WAITING
from tracker.store.engine import AnySession
from tracker.store.models import (
    Absence,
    Assignment,
    Plan,
    PlanVersion,
    Role,
    TaskVersion,
    Timing,
    Wait,
)
from tracker.store.queries.notices import DutyRow, duties
from tracker.store.queries.units import names
from tracker.store.queries.work import batches

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """An assignment as a list of mails calls it."""

    id: int
    plan_id: int
    plan_name: str
    title: str
    unit: str
    period: str
    due_on: date | None


@dataclass(frozen=True)
class Item:
    """A line of a mail: the step that it tells, and the assignment as it is known now."""

    step: str
    due_on: date
    work: Line

    @property
    def key(self) -> tuple[int, str]:
        return (self.work.id, self.step)


@dataclass(frozen=True)
class Mail:
    """A mail that will leave on a day. `weekly`: with the summary of the week. `fault`: why it would not leave.
    `units` are the reader's part in it: the units whose work it tells of."""

    day: date
    kind: str
    weekly: bool
    committee_id: int
    person_id: int
    name: str
    address: str
    fault: str
    items: tuple[Item, ...]
    subject: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.work.unit for item in self.items))

    @property
    def works(self) -> tuple[Item, ...]:
        """Each piece of work once: before days off several of its steps fall on one day, and the last is told."""
        found: dict[int, Item] = {}
        for item in self.items:
            before = found.get(item.work.id)
            if before is None or _days(item.step) > _days(before.step):
                found[item.work.id] = item
        return tuple(found.values())


def _days(step: str) -> float:
    """So many days after the due day; what is told once comes before all steps of the ladder."""
    return int(step) if step.lstrip("+-").isdecimal() else inf


@dataclass(frozen=True)
class Forecast:
    """The mails up to a day; `waiting` letters lie in the outbox and leave besides; `unknown` says from which day on
    cycles have more work than is known now."""

    since: date
    until: date
    mails: tuple[Mail, ...]
    waiting: int
    unknown: date | None
    errors: tuple[str, ...]


def lines(session: AnySession, ids: Collection[int], day: date) -> dict[int, Line]:
    """The assignments as their published plan words them; the name of the unit is that of the day."""
    query = (
        select(Assignment, PlanVersion.number, PlanVersion.title, TaskVersion.title.label("task"))
        .outerjoin(
            PlanVersion, (PlanVersion.plan_id == Assignment.plan_id) & (PlanVersion.state == "published")
        )
        .outerjoin(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
        )
    )
    rows = [row for some in batches(ids) for row in session.execute(query.where(Assignment.id.in_(some)))]
    called = names(session, {row.Assignment.holder_id for row in rows}, day)
    return {
        row.Assignment.id: Line(
            id=row.Assignment.id,
            plan_id=row.Assignment.plan_id,
            plan_name=row.number or row.title or "",
            title=row.task or "",
            unit=called.get(row.Assignment.holder_id, ""),
            period=row.Assignment.period,
            due_on=row.Assignment.due_on,
        )
        for row in rows
    }


def changes_of_people(session: AnySession, first: date, until: date) -> list[date]:
    """The days in between on which a role begins or has ended, or somebody is away or back."""
    days: set[date] = set()
    for begin, end in (
        *session.execute(select(Role.valid_from, Role.valid_to)),
        *session.execute(
            select(Absence.starts_on, Absence.ends_on).where(
                Absence.cancelled_at.is_(None), Absence.ends_on >= first, Absence.starts_on <= until
            )
        ),
    ):
        days |= {day for day in (begin, end and end + ONE_DAY) if day is not None}
    return sorted(day for day in days if first < day <= until)


def resumed(
    session: AnySession, committee_id: int, first: date, until: date, due_until: date
) -> list[DutyRow]:
    """Work whose wait ends by itself in between, as it will be from that day on."""
    query = (
        select(Wait.assignment_id, func.min(Wait.until))
        .join(Assignment, Assignment.id == Wait.assignment_id)
        .where(
            Assignment.committee_id == committee_id,
            Assignment.state == WAITING,
            Wait.ended_on.is_(None),
            Wait.until < until,
        )
        .group_by(Wait.assignment_id)
    )
    ends: dict[int, date] = {work: day for work, day in session.execute(query) if day is not None}
    if not ends:
        return []
    return [
        replace(row, state=OPEN, urged_from=max(ends[row.assignment_id] + ONE_DAY, first))
        for row in duties(session, committee_id, due_until, WAITING)
        if row.assignment_id in ends
    ]


def rolling_from(session: AnySession, plan_id: int | None, until: date) -> date | None:
    """The last day for which cycles without an end are laid out by now, where the forecast goes beyond it."""
    query = (
        select(func.max(Assignment.due_on))
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(Timing, Timing.id == Assignment.timing_id)
        .where(Plan.ending == "", PlanVersion.period_end.is_(None), Timing.every != "")
        .group_by(Assignment.timing_id)
    )
    if plan_id is not None:
        query = query.where(Plan.id == plan_id)
    last = min((day for day in session.scalars(query) if day is not None), default=None)
    return last if last is not None and last < until else None


def place_of(session: AnySession, plan_id: int) -> tuple[int, int] | None:
    """(committee, the unit that follows the plan up)"""
    row = session.execute(select(Plan.committee_id, Plan.coordinator_id).where(Plan.id == plan_id)).first()
    return (row.committee_id, row.coordinator_id) if row else None
