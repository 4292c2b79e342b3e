"""Ongoing work and the reports for which it is asked about, read for pages and letters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select

from tracker.clock import vietnam_day
from tracker.deadlines.reports import Chain, reporting_period, reports_of
from tracker.life import LIVE, OPEN
from tracker.progress.asking import Asked, Note, ReportDay, asked, report_day
from tracker.progress.standing import Work
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Committee,
    Plan,
    PlanVersion,
    ProgressNote,
    Task,
    TaskVersion,
    Timing,
)
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.closings import held_since
from tracker.store.queries.units import names

REPORT = "report"


@dataclass(frozen=True)
class OngoingRow:
    """An ongoing piece of work with the report for which it is asked about next."""

    id: int
    title: str
    plan_name: str
    holder_id: int
    holder_name: str
    coordinator_id: int
    asked: Asked


def ongoing_rows(
    session: AnySession,
    today: date,
    *,
    holders: Collection[int] | None = None,
    committee_id: int | None = None,
    plan_id: int | None = None,
) -> list[OngoingRow]:
    """The open work without a due day of plans that go on, by the day on which its next report is due."""
    return Ongoing(session, today, holders=holders, committee_id=committee_id, plan_id=plan_id).rows(today)


class Ongoing:
    """The open work without a due day, its reports from a day on, and its notes: read once for all days since."""

    def __init__(
        self,
        session: AnySession,
        since: date,
        *,
        holders: Collection[int] | None = None,
        committee_id: int | None = None,
        plan_id: int | None = None,
    ) -> None:
        found = session.execute(_query(holders, committee_id, plan_id)).all()
        held = held_since(session)
        self._session = session
        self._works = [
            row for row in found if held(row.Assignment.plan_id, row.Assignment.timing_id, "") is None
        ]
        works = [row.Assignment for row in self._works]
        self._reports = _Reports(session, works, since) if works else None
        self._notes = _notes(session, [one.id for one in works])
        self._holders = {one.holder_id for one in works}

    def rows(self, today: date) -> list[OngoingRow]:
        """As it stands on a day, if nobody does anything until then."""
        if self._reports is None:
            return []
        named = names(self._session, self._holders, today)
        reports = self._reports.on(today)
        rows = []
        for row in self._works:
            one: Assignment = row.Assignment
            when = asked(Work(one.state, one.due_on), reports(one), self._notes.get(one.id, ()), today)
            if when is not None:
                rows.append(
                    OngoingRow(
                        id=one.id,
                        title=row.task,
                        plan_name=row.number or row.title,
                        holder_id=one.holder_id,
                        holder_name=named.get(one.holder_id, ""),
                        coordinator_id=row.coordinator_id,
                        asked=when,
                    )
                )
        return sorted(rows, key=lambda row: (row.asked.by, row.id))


def _query(holders: Collection[int] | None, committee_id: int | None, plan_id: int | None) -> Any:
    query = (
        select(
            Assignment,
            Plan.coordinator_id,
            PlanVersion.number,
            PlanVersion.title,
            TaskVersion.title.label("task"),
        )
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
        )
        .where(Assignment.state == OPEN, Assignment.due_on.is_(None), Plan.ending == "")
    )
    if holders is not None:
        query = query.where(Assignment.holder_id.in_(list(holders)))
    if committee_id is not None:
        query = query.where(Assignment.committee_id == committee_id)
    if plan_id is not None:
        query = query.where(Assignment.plan_id == plan_id)
    return query


class _Reports:
    """The report days for a piece of work: those of its holder in the plan, else any of the plan, else the
    committee's own. A report that was sent already asks for nothing."""

    def __init__(self, session: AnySession, works: Iterable[Assignment], since: date) -> None:
        plans = {one.plan_id for one in works}
        is_report = exists().where(TaskVersion.task_id == Assignment.task_id, TaskVersion.kind == REPORT)
        query = (
            select(
                Assignment.plan_id,
                Assignment.holder_id,
                Assignment.period,
                Assignment.due_on,
                Assignment.state,
                Timing.label,
            )
            .join(Timing, Timing.id == Assignment.timing_id)
            .join(Task, Task.id == Assignment.task_id)
            .where(
                Assignment.plan_id.in_(plans),
                Assignment.due_on >= since,
                Task.withdrawn_at.is_(None),
                is_report,
            )
        )
        self._session = session
        self._rows = [
            (row.plan_id, row.holder_id, row.due_on, _report_of(row)) for row in session.execute(query)
        ]

    def on(self, today: date) -> Callable[[Assignment], list[ReportDay]]:
        """The report days that are not over on a day."""
        own: dict[tuple[int, int], set[ReportDay]] = {}
        of_plan: dict[int, set[ReportDay]] = {}
        for plan_id, holder_id, due_on, report in self._rows:
            if due_on >= today:
                mine = own.setdefault((plan_id, holder_id), set())
                if report is not None:
                    mine.add(report)
                    of_plan.setdefault(plan_id, set()).add(report)
        chains: dict[int, list[ReportDay]] = {}

        def found(one: Assignment) -> list[ReportDay]:
            mine = own.get((one.plan_id, one.holder_id))
            if mine is None:
                mine = of_plan.get(one.plan_id)
            if mine is None and one.committee_id not in chains:
                chains[one.committee_id] = chain_days(self._session, one.committee_id, today)
            return sorted(chains[one.committee_id] if mine is None else mine, key=lambda day: day.by)

        return found


def _report_of(row: Any) -> ReportDay | None:
    if row.state not in LIVE:
        return None
    return report_day(reporting_period(row.period, row.label), row.due_on)


def chain_days(session: AnySession, committee_id: int, today: date) -> list[ReportDay]:
    """The days on which the lowest level sends by the committee's own chain, this year and the next."""
    committee = session.get(Committee, committee_id)
    chain = Chain.of(committee.settings or {}) if committee else Chain()
    calendar = calendar_of(session, committee_id)
    reports = [
        report for year in (today.year, today.year + 1) for report in reports_of(year, chain, calendar)
    ]
    return [ReportDay(report.period, report.chain[0].send_by) for report in reports]


def _notes(session: AnySession, ids: list[int]) -> dict[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    for begin in range(0, len(ids), 500):
        query = select(ProgressNote.assignment_id, ProgressNote.covers, ProgressNote.at).where(
            ProgressNote.assignment_id.in_(ids[begin : begin + 500])
        )
        for assignment_id, covers, at in session.execute(query):
            found.setdefault(assignment_id, []).append(Note(covers, vietnam_day(at)))
    return found
