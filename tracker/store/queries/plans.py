"""Plans, their tasks and their history as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, String, cast, func, not_, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, selectinload

from tracker.deadlines.periods import add_months
from tracker.life import ACCEPTED, SUBMITTED
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Fact,
    Letter,
    Mention,
    Notice,
    Plan,
    PlanVersion,
    Task,
    TaskVersion,
    Timing,
)
from tracker.store.queries.rows import FactRow, NoticeRow
from tracker.store.queries.units import person_names

_Part = aliased(Task)


def plan_day(version: PlanVersion, today: date) -> date:
    """The day as of which its names are meant: its own date (the last day where only the month is known), else
    the begin of its period, else today."""
    for text, whole in ((version.issued_on, True), (f"{version.issued_on}-01", False)):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        return day if whole else add_months(day, 1) - timedelta(days=1)
    return version.period_start or today


def versions(
    session: AnySession, *, committee_ids: Iterable[int], state: str, going_on: bool = False
) -> list[PlanVersion]:
    """Versions in a state, newest first, without the text of their documents; `going_on`: of plans that have not
    ended."""
    query = (
        select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.committee_id.in_(list(committee_ids)), PlanVersion.state == state)
        .options(selectinload(PlanVersion.plan), defer(PlanVersion.blocks), defer(PlanVersion.leftover))
        .order_by(PlanVersion.period_start.desc().nulls_last(), PlanVersion.id.desc())
    )
    return list(session.scalars(query.where(Plan.ending == "") if going_on else query))


def published_of(session: AnySession, plan_ids: Collection[int]) -> list[PlanVersion]:
    """The published versions of these plans."""
    query = select(PlanVersion).where(
        PlanVersion.plan_id.in_(list(plan_ids)), PlanVersion.state == "published"
    )
    return list(session.scalars(query))


def _followed() -> tuple[ColumnElement[bool], ...]:
    """Tasks that were neither split nor merged, and those of which something is finished."""
    finished = select(Assignment.id).where(
        Assignment.task_id == Task.id, Assignment.state.in_((SUBMITTED, ACCEPTED))
    )
    children = select(_Part.id).where(_Part.split_from_id == Task.id)
    gone = or_(Task.merged_into_id.is_not(None), children.exists())
    return not_(gone), finished.exists()


def task_versions(session: AnySession, version_id: int) -> list[TaskVersion]:
    """The tasks of one version, in the order of the document, with who leads and what must come out. Of a task that
    was split or merged since then only what is finished is left to show."""
    query = (
        select(TaskVersion)
        .join(Task, Task.id == TaskVersion.task_id)
        .where(TaskVersion.plan_version_id == version_id, or_(*_followed()))
        .options(
            selectinload(TaskVersion.mentions),
            selectinload(TaskVersion.deliverables),
            contains_eager(TaskVersion.task),
        )
        .order_by(TaskVersion.position, TaskVersion.id)
    )
    return list(session.scalars(query))


def timings(session: AnySession, plan_id: int) -> dict[int, list[Timing]]:
    """Live timings by task."""
    query = (
        select(Timing)
        .join(Task, Task.id == Timing.task_id)
        .where(Task.plan_id == plan_id, Timing.withdrawn_at.is_(None))
        .order_by(Timing.task_id, Timing.ordinal)
    )
    found: dict[int, list[Timing]] = {}
    for timing in session.scalars(query):
        found.setdefault(timing.task_id, []).append(timing)
    return found


def task_counts(session: AnySession, version_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Version id → (tasks, tasks that nobody leads)."""
    leads = (
        select(Mention.task_version_id)
        .where(Mention.part == "lead", cast(Mention.unit_ids, String) != "[]")
        .distinct()
        .subquery()
    )
    query = (
        select(TaskVersion.plan_version_id, func.count(), func.count(leads.c.task_version_id))
        .outerjoin(leads, leads.c.task_version_id == TaskVersion.id)
        .join(Task, Task.id == TaskVersion.task_id)
        .where(TaskVersion.plan_version_id.in_(list(version_ids)), _followed()[0])
        .group_by(TaskVersion.plan_version_id)
    )
    return {one: (total, total - led) for one, total, led in session.execute(query)}


def facts(
    session: AnySession, *, thing: str, thing_id: int, committee_id: int | None = None
) -> tuple[FactRow, ...]:
    """The history of one thing, newest first; with `committee_id`, without what other committees did to it."""
    query = select(Fact).where(Fact.thing == thing, Fact.thing_id == thing_id).order_by(Fact.id.desc())
    if committee_id is not None:
        query = query.where(or_(Fact.committee_id == committee_id, Fact.committee_id.is_(None)))
    return _fact_rows(session, list(session.scalars(query)))


def publishing_facts(session: AnySession, plan_id: int) -> tuple[FactRow, ...]:
    """When the plan's versions were published and by whom, the newest first."""
    query = select(Fact).where(Fact.plan_id == plan_id, Fact.deed == "published").order_by(Fact.id.desc())
    return _fact_rows(session, list(session.scalars(query)))


# What everybody who sees a plan is told of its life; what happened to its drafts is for those who review them.
LIFE_OF_A_PLAN = (
    "published",
    "period-closed",
    "period-reopened",
    "plan-ended",
    "plan-withdrawn",
    "plan-reopened",
    "cycles-extended",
)


def life_facts(session: AnySession, plan_id: int) -> tuple[FactRow, ...]:
    """What everybody who sees the plan may know of its history, the newest first."""
    query = select(Fact).where(Fact.plan_id == plan_id, Fact.deed.in_(LIFE_OF_A_PLAN), Fact.thing == "plan")
    return _fact_rows(session, list(session.scalars(query.order_by(Fact.id.desc()))))


def _fact_rows(session: AnySession, found: list[Fact]) -> tuple[FactRow, ...]:
    people = person_names(session, [one.actor_id for one in found])
    return tuple(
        FactRow(one.at, people.get(one.actor_id or 0, ""), one.deed, one.before, one.after) for one in found
    )


def letters_about(session: AnySession, assignment_id: int) -> tuple[NoticeRow, ...]:
    """The letters in which this assignment was a line, newest first."""
    query = (
        select(Letter)
        .join(Notice, Notice.letter_id == Letter.id)
        .where(Notice.assignment_id == assignment_id)
        .distinct()
        .order_by(Letter.id.desc())
    )
    return letter_rows(session, list(session.scalars(query)))


def letter_rows(session: AnySession, found: list[Letter]) -> tuple[NoticeRow, ...]:
    """Letters as lists show them: to whom, about how many assignments, how far they came; in the order given."""
    people = person_names(session, [one.person_id for one in found])
    lines = dict(
        session.execute(
            select(Notice.letter_id, func.count(Notice.assignment_id.distinct()))
            .where(Notice.letter_id.in_([one.id for one in found]))
            .group_by(Notice.letter_id)
        ).all()
    )
    return tuple(
        NoticeRow(
            id=one.id,
            kind=one.kind,
            person_name=people.get(one.person_id, "") if one.person_id else "",
            address=one.address,
            day=one.day,
            state=one.state,
            subject=one.subject,
            tries=one.tries,
            answer=one.answer,
            created_at=one.created_at,
            next_try_at=one.next_try_at,
            sent_at=one.sent_at,
            items=lines.get(one.id, 0),
        )
        for one in found
    )


def plan_units(session: AnySession, plan_ids: Collection[int]) -> dict[int, set[int]]:
    """Plan id → the units that hold its assignments."""
    query = (
        select(Assignment.plan_id, Assignment.holder_id)
        .where(Assignment.plan_id.in_(list(plan_ids)))
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for plan_id, unit_id in session.execute(query):
        found.setdefault(plan_id, set()).add(unit_id)
    return found
