"""Reading what happened on the way: progress notes, deliverables that are there already, who has taken note."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from tracker.life import OPEN, WAITING
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Plan, PlanVersion, ProgressNote, Submission
from tracker.store.queries.rows import LastNote
from tracker.store.queries.units import names, person_names

IN_BATCHES_OF = 500


@dataclass(frozen=True)
class NoteRow:
    """Tình hình as somebody told it; `covers` is the period that was asked about."""

    person_name: str
    at: datetime
    covers: str
    percent: int | None
    text: str
    obstacle: str


@dataclass(frozen=True)
class UnseenRow:
    """A unit that has not taken note of its work in a plan: how many tasks, given on which day."""

    unit_id: int
    unit_name: str
    plan_id: int
    plan_name: str
    tasks: int
    since: date


def notes(session: AnySession, assignment_id: int) -> tuple[NoteRow, ...]:
    """Every progress note of an assignment, the newest first."""
    query = select(ProgressNote).where(ProgressNote.assignment_id == assignment_id)
    found = list(session.scalars(query.order_by(ProgressNote.id.desc())))
    people = person_names(session, {one.person_id for one in found})
    return tuple(
        NoteRow(people.get(one.person_id, ""), one.at, one.covers, one.percent, one.text, one.obstacle)
        for one in found
    )


def last_notes(session: AnySession, ids: Collection[int]) -> dict[int, LastNote]:
    """Assignment → its last note."""
    found: dict[int, LastNote] = {}
    for batch in _batches(ids):
        query = (
            select(ProgressNote.assignment_id, ProgressNote.percent, ProgressNote.obstacle)
            .where(ProgressNote.assignment_id.in_(batch))
            .order_by(ProgressNote.id)
        )
        for assignment_id, percent, obstacle in session.execute(query):
            before = found.get(assignment_id)
            told = before.percent if percent is None and before else percent
            found[assignment_id] = LastNote(told, obstacle)
    return found


def parts_there(session: AnySession, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Assignment → the deliverables that came in while others are still lacking."""
    found: dict[int, frozenset[int]] = {}
    for batch in _batches(ids):
        query = select(Submission.assignment_id, Submission.parts).where(
            Submission.assignment_id.in_(batch), Submission.state == "part"
        )
        for assignment_id, parts in session.execute(query):
            found[assignment_id] = found.get(assignment_id, frozenset()) | frozenset(parts)
    return found


def unseen(
    session: AnySession,
    today: date,
    *,
    committee_id: int | None = None,
    holders: Collection[int] | None = None,
) -> list[UnseenRow]:
    """Units and plans with work that nobody of the unit has taken note of, by the day on which it was given. Who
    has taken note of one line of a task knows the task."""
    tasks: dict[tuple[int, int], dict[int, date]] = {}
    known: set[tuple[int, int]] = set()
    for work in session.execute(_given(committee_id, holders)):
        if work.seen_on is not None or work.state not in (OPEN, WAITING):
            known.add((work.holder_id, work.task_id))
            continue
        found = tasks.setdefault((work.holder_id, work.plan_id), {})
        found[work.task_id] = min(work.urged_from, found.get(work.task_id, work.urged_from))
    units = names(session, {unit for unit, _ in tasks}, today)
    plans = _plan_names(session, {plan for _, plan in tasks})
    rows = []
    for (unit_id, plan_id), found in tasks.items():
        new = [since for task_id, since in found.items() if (unit_id, task_id) not in known]
        if new:
            name, plan = units.get(unit_id, ""), plans.get(plan_id, "")
            rows.append(UnseenRow(unit_id, name, plan_id, plan, len(new), min(new)))
    return sorted(rows, key=lambda row: (row.since, row.unit_name, row.plan_id))


def _given(
    committee_id: int | None, holders: Collection[int] | None
) -> Select[int, int, int, date | None, str, date]:
    query = (
        select(
            Assignment.holder_id,
            Assignment.plan_id,
            Assignment.task_id,
            Assignment.seen_on,
            Assignment.state,
            Assignment.urged_from,
        )
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(Plan.ending == "")
    )
    if committee_id is not None:
        query = query.where(Assignment.committee_id == committee_id)
    if holders is not None:
        query = query.where(Assignment.holder_id.in_(list(holders)))
    return query.distinct()


def _plan_names(session: AnySession, ids: Collection[int]) -> dict[int, str]:
    query = select(PlanVersion.plan_id, PlanVersion.number, PlanVersion.title).where(
        PlanVersion.plan_id.in_(list(ids)), PlanVersion.state == "published"
    )
    return {plan_id: number or title for plan_id, number, title in session.execute(query)}


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    ids = list(ids)
    return (ids[n : n + IN_BATCHES_OF] for n in range(0, len(ids), IN_BATCHES_OF))
