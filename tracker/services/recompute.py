"""What a committee's calendar and its way to read dates mean for its work: the rules, and what a change of them moves.

Whoever publishes, previews, shows or recomputes asks here, so that none of them can disagree. Rights are asked by the
callers. Finished work, and due days that somebody agreed upon, stay; the printed date stays the due date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker import life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.due import DAY_BEFORE, WORKING_DAY, Due, Options, counted, due_date, due_day, explained
from tracker.deadlines.workdays import WorkCalendar
from tracker.drafts import codec
from tracker.drafts.expand import Planned, row_timings
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.parsing.timing_events import from_own_issue
from tracker.services.record import record
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, TaskVersion, Timing
from tracker.store.queries.calendar import calendar_and_options
from tracker.store.queries.closings import held_since
from tracker.store.queries.units import names

STATES_THAT_MOVE = (life.OPEN, life.WAITING, life.SUBMITTED)


@dataclass(frozen=True)
class Rules:
    """A committee's work calendar and how it reads dates."""

    calendar: WorkCalendar
    options: Options

    def counted(self, task: TaskDraft, issued_on: str) -> TaskDraft:
        """The task with the due days that are counted in working days from the plan's own issue. The reader has
        no calendar; where the day of issue is not known whole, they go on waiting for it."""
        try:
            issued = date.fromisoformat(issued_on)
        except ValueError:
            return task
        return replace(task, timings=tuple(self._counted(one, issued) for one in task.timings))

    def _counted(self, timing: TimingDraft, issued: date) -> TimingDraft:
        offset = timing.offset
        if offset is None or offset.unit != WORKING_DAY or timing.every or not from_own_issue(offset.since):
            return timing
        due = counted(offset, issued, self.calendar)
        return replace(timing, start=issued + timedelta(days=1), due=due, awaits=None)

    def read(self, task: TaskDraft, planned: Iterable[Planned]) -> tuple[Planned, ...]:
        """What publishing makes, with the due days as the committee reads them."""
        if self.options.before == DAY_BEFORE:  # so publishing lays them out already
            return tuple(planned)
        timings = row_timings(task)
        days: dict[tuple[int, str], date | None] = {}
        for one in (planned := tuple(planned)):
            if one.due and (one.timing, one.period) not in days:
                timing = timings[one.timing]
                days[one.timing, one.period] = due_day(timing, one.period, self.calendar, self.options)
        return tuple(one._replace(due=days.get((one.timing, one.period))) for one in planned)


def rules_of(session: AnySession, committee_id: int) -> Rules:
    """The rules that hold now."""
    return Rules(*calendar_and_options(session, committee_id))


def timing_draft(timing: Timing) -> TimingDraft:
    """A stored timing as the cores know it."""
    stored = {"text": timing.text, "offset": timing.offset}
    return TimingDraft(
        text=timing.text,
        label=timing.label or None,
        start=timing.start,
        due=timing.due,
        every=timing.every or None,
        ongoing=timing.ongoing,
        awaits=timing.awaits or None,
        bound=timing.bound or None,
        printed=timing.printed,
        offset=codec.timing_from_json(stored).offset,
        soft=timing.soft,
    )


def present_due(assignment: Assignment, timing: TimingDraft, rules: Rules) -> Due:
    """The assignment's due day with its reason. A day that somebody agreed upon is no day of the plan's."""
    due = due_date(timing, assignment.period, rules.calendar, rules.options)
    if assignment.due_on is None:
        return due if due.due is None else replace(due, due=None, send_by=None, in_time_until=None)
    if assignment.due_on == due.due:
        return due
    basis = "hạn đã được thay đổi"
    return explained(assignment.due_on, basis, rules.calendar, rules.options, soft=timing.soft)


# What a change moves.


@dataclass(frozen=True)
class Moved:
    """One piece of work whose due day or send-by day a change moves."""

    assignment_id: int
    plan_id: int
    unit_id: int
    title: str
    unit_name: str
    before: Due
    after: Due

    @property
    def due_moves(self) -> bool:
        return self.before.due != self.after.due


def moves(committee_id: int, before: Rules, after: Rules, today: date) -> list[Moved]:
    """The committee's open work that other rules move, by its present due day."""
    found = [
        (assignment, old, new)
        for assignment, timing in _open_work(committee_id)
        for old, new in [_both(assignment, timing_draft(timing), before, after)]
        if _moves(old, new, today)
    ]
    titles = _titles({one.task_id for one, _, _ in found})
    units = names(db.session, {one.holder_id for one, _, _ in found}, today)
    return sorted(
        (
            Moved(
                one.id,
                one.plan_id,
                one.holder_id,
                titles[one.task_id],
                units.get(one.holder_id, ""),
                old,
                new,
            )
            for one, old, new in found
        ),
        key=lambda m: (m.before.due or date.max, m.unit_name, m.assignment_id),
    )


def _open_work(committee_id: int) -> list[tuple[Assignment, Timing]]:
    query = (
        select(Assignment, Timing)
        .join(Timing, Timing.id == Assignment.timing_id)
        .where(
            Assignment.committee_id == committee_id,
            Assignment.state.in_(STATES_THAT_MOVE),
            Assignment.due_on.is_not(None),
        )
    )
    since = held_since(db.session)
    return [
        (assignment, timing)
        for assignment, timing in db.session.execute(query)
        if since(assignment.plan_id, timing.id, assignment.period) is None  # what is closed stays as it is
    ]


def _both(assignment: Assignment, timing: TimingDraft, before: Rules, after: Rules) -> tuple[Due, Due]:
    old = present_due(assignment, timing, before)
    if due_day(timing, assignment.period, before.calendar, before.options) == assignment.due_on:
        return old, due_date(timing, assignment.period, after.calendar, after.options)
    return old, present_due(assignment, timing, after)


def _moves(old: Due, new: Due, today: date) -> bool:
    """Another day to send by tells nobody anything once the due day is over."""
    if old.due != new.due:
        return True
    told = (old.send_by, old.in_time_until) != (new.send_by, new.in_time_until)
    return told and new.in_time_until is not None and new.in_time_until >= today


def _titles(task_ids: Iterable[int]) -> dict[int, str]:
    query = select(TaskVersion.task_id, TaskVersion.title).order_by(TaskVersion.plan_version_id)
    wanted = set(task_ids)
    return {task_id: title for task_id, title in db.session.execute(query) if task_id in wanted}


def carry_out(actor: Actor, committee_id: int, moved: Iterable[Moved], *, at: datetime) -> None:
    """Write what moves: urging begins anew where a due day moves, calendars see the change, each piece says so."""
    by_id = {one.assignment_id: one for one in moved}
    for assignment, _timing in _open_work(committee_id):
        one = by_id.get(assignment.id)
        if one is None:
            continue
        if one.due_moves:
            assignment.due_on = one.after.due
            assignment.urged_from = vietnam_day(at)
        assignment.sequence += 1
        assignment.changed_at = at
        record(
            db.session,
            actor,
            "due-recomputed",
            thing="assignment",
            thing_id=assignment.id,
            committee_id=committee_id,
            plan_id=assignment.plan_id,
            before=_days(one.before),
            after=_days(one.after) | {"reason": one.after.reason},
            at=at,
        )


def _days(due: Due) -> dict[str, Any]:
    return {
        "due_on": due.due.isoformat() if due.due else None,
        "send_by": due.send_by.isoformat() if due.send_by else None,
    }
