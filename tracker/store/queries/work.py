"""Assignments as rows: one way to read them, whatever the page, letter or feed that asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from tracker.clock import vietnam_day
from tracker.deadlines.workdays import WorkCalendar
from tracker.life import ACCEPTED, EXCUSED, OPEN, SUBMITTED, WAITING
from tracker.progress.enough import ALL, settled
from tracker.progress.standing import Work, standing
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Plan,
    PlanVersion,
    Submission,
    TaskVersion,
    Timing,
)
from tracker.store.queries.calendar import calendars
from tracker.store.queries.closings import held_since
from tracker.store.queries.life import last_notes, parts_there
from tracker.store.queries.plans import plan_day
from tracker.store.queries.rows import EvidenceRow, SubmissionRow, WorkRow
from tracker.store.queries.units import named_over_time, person_names

IN_BATCHES_OF = 500  # SQLite takes so many parameters, with room to spare
WHOLE = ("sent", "accepted", "returned")  # submissions that say of the whole work that it is done


@dataclass(frozen=True)
class Wanted:
    """Which assignments: None means any. `holders` are the units whose work it is now; `going_on` leaves out plans
    that have ended."""

    ids: Collection[int] | None = None
    plans: Collection[int] | None = None
    holders: Collection[int] | None = None
    committee_id: int | None = None
    tasks: Collection[int] | None = None
    states: Collection[str] | None = None
    going_on: bool = False


def rows(
    session: AnySession, wanted: Wanted, today: date, calendar: WorkCalendar | None = None
) -> list[WorkRow]:
    """The assignments that are wanted, by due day (undated last), then plan and place in it."""
    found = list(session.execute(_query(wanted)))
    own_calendar = calendars(session)
    tasks = _task_versions(session, {one.task_id for one, *_ in found})
    spared = settled_turns(session, {task_id: task.completion for task_id, task in tasks.items()})
    submissions = _last_submissions(session, [one.id for one, *_ in found])
    units = {u for one, _, plan in found for u in (one.unit_id, one.holder_id, plan.coordinator_id)}
    named = named_over_time(session, units)
    versions = plan_versions(session, {plan.id for _, _, plan in found})
    held = held_since(session)
    made = [
        _row(
            one,
            timing,
            plan,
            tasks[one.task_id],
            versions[plan.id],
            submissions.get(one.id),
            named,
            today,
            calendar or own_calendar(one.committee_id),
            (one.task_id, one.timing_id, one.period) in spared,
            held(one.plan_id, one.timing_id, one.period),
        )
        for one, timing, plan in found
    ]
    made = _on_the_way(session, made)
    positions = {task_id: version.position for task_id, version in tasks.items()}
    return sorted(
        made, key=lambda r: (r.due_on or date.max, r.plan_id, positions[r.task_id], r.unit_name, r.id)
    )


class Counted(NamedTuple):
    """What figures need of an assignment, and nothing else. Assignments that stand alike share one `work`."""

    id: int
    plan_id: int
    task_id: int
    timing_id: int
    period: str
    unit_id: int
    holder_id: int
    completion: str
    bundle: str
    work: Work


_COUNTED = (
    Assignment.id,
    Assignment.plan_id,
    Assignment.task_id,
    Assignment.timing_id,
    Assignment.period,
    Assignment.unit_id,
    Assignment.holder_id,
    Assignment.committee_id,
    Assignment.state,
    Assignment.due_on,
    Assignment.first_due_on,
    Assignment.done_on,
    Assignment.waits_since,
    Assignment.excuse,
)


def counted(session: AnySession, wanted: Wanted) -> list[Counted]:
    """The assignments that are wanted, for counting: a plan of a whole country has a hundred thousand."""
    found = session.execute(_wanted(select(*_COUNTED), wanted)).all()
    rules = completions(session, {row.task_id for row in found})
    spared = settled_turns(session, rules)
    sent = _sent(session, wanted)
    calendar = calendars(session)
    held = held_since(session)
    works: dict[tuple[Any, ...], Work] = {}
    turns: dict[tuple[int, int, str], tuple[bool, date | None]] = {}
    made = []
    for work_id, plan, task, timing, period, unit, holder, *stored in found:
        submitted_on, bundle = sent.get(work_id, (None, ""))
        turn = turns.get((task, timing, period))
        if turn is None:
            known = (task, timing, period)
            turn = turns[known] = (known in spared, held(plan, timing, period))
        stands = (*stored, submitted_on, *turn)
        work = works.get(stands)
        if work is None:
            work = works[stands] = _work(stands, calendar)
        rule = rules.get(task, ALL)
        made.append(Counted(work_id, plan, task, timing, period, unit, holder, rule, bundle, work))
    return made


def _work(stands: tuple[Any, ...], calendar: Callable[[int], WorkCalendar]) -> Work:
    committee_id, state, due_on, first_due_on, done_on, waits_since, excuse, sent, enough, held = stands
    return Work(
        state=state,
        due_on=due_on,
        first_due_on=first_due_on,
        done_on=done_on,
        submitted_on=sent,
        waits_since=waits_since,
        excuse=excuse if state == EXCUSED else "",
        enough=enough,
        held_on=held,
        calendar=calendar(committee_id),
    )


def completions(session: AnySession, task_ids: Collection[int]) -> dict[int, str]:
    """When the units of each task have done it, as its newest version says."""
    found: dict[int, str] = {}
    for batch in batches(task_ids):
        query = (
            select(TaskVersion.task_id, TaskVersion.completion)
            .where(TaskVersion.task_id.in_(batch))
            .order_by(TaskVersion.plan_version_id)
        )
        found.update(session.execute(query).all())
    return found


def settled_turns(session: AnySession, rules: Mapping[int, str]) -> frozenset[tuple[int, int, str]]:
    """Task, timing and period of everything that enough units have done; `rules` are the tasks with their rule."""
    found: dict[tuple[int, int, str], dict[str, int]] = {}
    for batch in batches(task_id for task_id, rule in rules.items() if rule != ALL):
        turn = (Assignment.task_id, Assignment.timing_id, Assignment.period, Assignment.state)
        query = select(*turn, func.count()).where(Assignment.task_id.in_(batch)).group_by(*turn)
        for task_id, timing_id, period, state, count in session.execute(query):
            found.setdefault((task_id, timing_id, period), {})[state] = count
    return frozenset(turn for turn, states in found.items() if settled(rules[turn[0]], states))


def _sent(session: AnySession, wanted: Wanted) -> dict[int, tuple[date | None, str]]:
    """Of each assignment's newest submission: its day while it waits for acceptance, and its bundle."""
    query = _wanted(
        select(Submission.assignment_id, Submission.state, Submission.received_on, Submission.bundle)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.state.in_(WHOLE))
        .order_by(Submission.id),
        wanted,
    )
    return {
        work_id: (day if state == "sent" else None, bundle if state in ("sent", "accepted") else "")
        for work_id, state, day, bundle in session.execute(query)
    }


def _on_the_way(session: AnySession, made: list[WorkRow]) -> list[WorkRow]:
    """The rows with what is known of work under way: its last note, and deliverables that are there already."""
    noted = last_notes(session, [row.id for row in made if row.work.state in (OPEN, WAITING, SUBMITTED)])
    several = [row.id for row in made if row.work.state in (OPEN, WAITING) and len(row.deliverables) > 1]
    there = parts_there(session, several)
    if not noted and not there:
        return made
    return [
        replace(row, note=noted.get(row.id), parts_there=there.get(row.id, frozenset()))
        if row.id in noted or row.id in there
        else row
        for row in made
    ]


def _query(wanted: Wanted) -> Select[Assignment, Timing, Plan]:
    query = (
        select(Assignment, Timing, Plan)
        .join(Timing, Timing.id == Assignment.timing_id)
        .join(Plan, Plan.id == Assignment.plan_id)
    )
    narrowed: Select[Assignment, Timing, Plan] = _wanted(query, wanted)
    return narrowed


def _wanted(query: Any, wanted: Wanted) -> Any:
    if wanted.ids is not None:
        query = query.where(Assignment.id.in_(list(wanted.ids)))
    if wanted.plans is not None:
        query = query.where(Assignment.plan_id.in_(list(wanted.plans)))
    if wanted.holders is not None:
        query = query.where(Assignment.holder_id.in_(list(wanted.holders)))
    if wanted.tasks is not None:
        query = query.where(Assignment.task_id.in_(list(wanted.tasks)))
    if wanted.states is not None:
        query = query.where(Assignment.state.in_(list(wanted.states)))
    if wanted.going_on:
        query = query.where(Assignment.plan_id.not_in(select(Plan.id).where(Plan.ending != "")))
    if wanted.committee_id is not None:
        query = query.where(Assignment.committee_id == wanted.committee_id)
    return query


def batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """So many at once that no database minds."""
    ids = list(ids)
    return (ids[n : n + IN_BATCHES_OF] for n in range(0, len(ids), IN_BATCHES_OF))


def _task_versions(session: AnySession, task_ids: Collection[int]) -> dict[int, TaskVersion]:
    """Each task as its newest published version words it."""
    found: dict[int, TaskVersion] = {}
    for batch in batches(task_ids):
        query = (
            select(TaskVersion)
            .where(TaskVersion.task_id.in_(batch))
            .options(selectinload(TaskVersion.mentions), selectinload(TaskVersion.deliverables))
            .order_by(TaskVersion.plan_version_id)
        )
        found.update((version.task_id, version) for version in session.scalars(query))
    return found


def plan_versions(session: AnySession, plan_ids: Collection[int]) -> dict[int, PlanVersion]:
    """The published version of each plan."""
    query = select(PlanVersion).where(
        PlanVersion.plan_id.in_(list(plan_ids)), PlanVersion.state == "published"
    )
    return {version.plan_id: version for version in session.scalars(query)}


def _last_submissions(session: AnySession, ids: Collection[int]) -> dict[int, Submission]:
    """The newest submission of each assignment that was whole and not taken back."""
    found: dict[int, Submission] = {}
    for batch in batches(ids):
        query = (
            select(Submission)
            .where(Submission.assignment_id.in_(batch), Submission.state.in_(WHOLE))
            .options(selectinload(Submission.evidence))
            .order_by(Submission.id)
        )
        found.update((one.assignment_id, one) for one in session.scalars(query))
    return found


def work_of(assignment: Assignment, last: Submission | None, calendar: WorkCalendar | None = None) -> Work:
    """What of an assignment counts."""
    sent = last if last is not None and last.state == "sent" else None
    return Work(
        state=assignment.state,
        due_on=assignment.due_on,
        first_due_on=assignment.first_due_on,
        done_on=assignment.done_on,
        submitted_on=sent.received_on if sent else None,
        waits_since=assignment.waits_since,
        excuse=assignment.excuse if assignment.state == EXCUSED else "",
        calendar=calendar,
    )


def _told_on(one: Assignment, today: date) -> date:
    """The day whose names a page shows: today's for work that goes on; what is closed keeps those of its end."""
    if one.state == ACCEPTED:
        return one.done_on or vietnam_day(one.changed_at)
    return vietnam_day(one.changed_at) if one.state == EXCUSED else today


def _row(
    one: Assignment,
    timing: Timing,
    plan: Plan,
    task: TaskVersion,
    version: PlanVersion,
    last: Submission | None,
    named: Callable[[int, date], str],
    today: date,
    calendar: WorkCalendar,
    enough: bool,
    held_on: date | None,
) -> WorkRow:
    work = replace(work_of(one, last, calendar), enough=enough, held_on=held_on)
    returned = last if last is not None and last.state == "returned" else None
    return WorkRow(
        id=one.id,
        committee_id=one.committee_id,
        plan_id=plan.id,
        plan_number=version.number,
        plan_title=version.title,
        coordinator_id=plan.coordinator_id,
        coordinator_name=named(plan.coordinator_id, today),
        task_id=one.task_id,
        timing_id=one.timing_id,
        path=tuple(task.path),
        kind=task.kind,
        title=task.title,
        period=one.period,
        timing_label=timing.label,
        timing_text=timing.text,
        start_on=None if timing.every else timing.start,
        unit_id=one.unit_id,
        unit_name=named(one.unit_id, plan_day(version, today)),
        holder_id=one.holder_id,
        holder_name=named(one.holder_id, _told_on(one, today)),
        deliverables=tuple(d.text for d in task.deliverables),
        partners=tuple(m.text for m in task.mentions if m.part == "partner"),
        work=work,
        standing=standing(work, today, calendar),
        waits_for=one.waits_for,
        excuse=one.excuse,
        excuse_reason=one.excuse_reason,
        returned_reason=returned.reason if returned else "",
        returned_on=vietnam_day(returned.decided_at) if returned and returned.decided_at else None,
        last_evidence=last.evidence[0].text if last and last.evidence and not returned else "",
        sequence=one.sequence,
        changed_at=one.changed_at,
        row_version=one.row_version,
        completion=task.completion,
        bundle=last.bundle if last is not None and last.state in ("sent", "accepted") else "",
    )


def submissions(session: AnySession, assignment_id: int) -> tuple[SubmissionRow, ...]:
    """Every submission of an assignment, newest first."""
    found = list(
        session.scalars(
            select(Submission)
            .where(Submission.assignment_id == assignment_id)
            .options(selectinload(Submission.evidence))
            .order_by(Submission.id.desc())
        )
    )
    people = person_names(session, [p for one in found for p in (one.person_id, one.decided_by_id)])
    return tuple(_submission_row(one, people) for one in found)


def _submission_row(one: Submission, people: dict[int, str]) -> SubmissionRow:
    return SubmissionRow(
        id=one.id,
        person_name=people.get(one.person_id, ""),
        submitted_at=one.submitted_at,
        received_on=one.received_on,
        via=one.via,
        note=one.note,
        state=one.state,
        decided_by=people.get(one.decided_by_id or 0, ""),
        decided_at=one.decided_at,
        reason=one.reason,
        form_only=one.form_only,
        parts=tuple(one.parts),
        evidence=tuple(
            EvidenceRow(
                kind=e.kind,
                text=e.text,
                number=e.number,
                symbol=e.symbol,
                dated_on=e.dated_on,
                link=e.link,
                file_id=e.file_id,
                file_name=e.file.name if e.file else "",
                file_size=e.file.size if e.file else 0,
            )
            for e in one.evidence
        ),
    )
