"""Plans that may be looked at: the list, the page of one with its sections, the lines of a task that many lead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tracker import access
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.headings import heading_of, section_of
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services import figures, listing, plan_rows
from tracker.services.plan_deed import thing_of_plan, thing_of_published
from tracker.store.models import Plan, PlanVersion, TaskVersion, Timing
from tracker.store.queries import plans as find_plans
from tracker.store.queries import units as find_units
from tracker.store.queries.ongoing import ongoing_rows
from tracker.store.queries.rows import (
    AskedOn,
    FactRow,
    PlanPage,
    PlanRow,
    Section,
    TaskLines,
    TaskRow,
    Turn,
    WorkRow,
)
from tracker.store.queries.taking_part import plans_of
from tracker.store.queries.work import Counted, Wanted
from tracker.vietnamese.forms import fold
from tracker.vietnamese.paths import path_text

WHOLE_LINES, WHOLE_TURN = 240, 60  # a task with more lines, in all or for one turn, shows the urgent ones
URGENT_LINES = 12
LINES_A_PAGE = 100


def plans(actor: Actor, *, at: datetime) -> tuple[PlanRow, ...]:
    """Drafts of the actor's unit, then every published plan that the actor may see."""
    today = vietnam_day(at)
    drafts = [
        version
        for version in find_plans.versions(db.session, committee_ids=actor.committees(), state="draft")
        if access.may(actor, "plan.review", thing_of_plan(version.plan))
    ]
    published = find_plans.versions(db.session, committee_ids=actor.committees(), state="published")
    known = {version.plan_id for version in published}
    guests = find_plans.published_of(db.session, plans_of(db.session, actor.units()) - known)
    return (*plan_rows.of_drafts(drafts, today), *plan_rows.of_published([*published, *guests], today))


def plan_page(actor: Actor, plan_id: int, *, at: datetime) -> PlanPage:
    """A published plan with its sections. Assignments of others show their state to those who may see it."""
    today = vietnam_day(at)
    version = _published(actor, plan_id)
    plan = version.plan
    lines = figures.lines(Wanted(plans=[plan_id]))
    units = _sees_rows(actor, plan)
    return PlanPage(
        plan=plan_rows.of_published([version], today, lines)[0],
        head=codec.head_from_json(version.head),
        sections=_sections(version, lines, units, today),
        blocks=tuple(version.blocks),
        facts=_plan_facts(actor, plan),
        may_review=access.may(actor, "plan.review", thing_of_plan(plan)),
        whole=units is None or all(line.holder_id in units for line in lines),
        asking=_asking(plan_id, units, today),
        sees_periods=access.may(actor, "period.see", thing_of_plan(plan)),
    )


def _asking(plan_id: int, units: frozenset[int] | None, today: date) -> tuple[AskedOn, ...]:
    """Ongoing work by the day of the report that asks about it next."""
    found: dict[date, list[bool]] = {}
    for row in ongoing_rows(db.session, today, plan_id=plan_id):
        if units is None or row.holder_id in units:
            found.setdefault(row.asked.by, []).append(row.asked.told)
    return tuple(AskedOn(by, len(told), sum(told)) for by, told in sorted(found.items()))


def _published(actor: Actor, plan_id: int) -> PlanVersion:
    """The published version of a plan that the actor may see."""
    version = next(iter(find_plans.published_of(db.session, [plan_id])), None)
    if version is None:
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    access.need(actor, "plan.see", thing_of_published(actor, version.plan))
    return version


def task_lines(
    actor: Actor, plan_id: int, task_id: int, *, code: str = "", words: str = "", page: int = 1, at: datetime
) -> TaskLines:
    """One page of the lines of a task that many units lead, the most urgent first: those that stand at `code`, of
    units whose names hold the `words`."""
    today = vietnam_day(at)
    version = _published(actor, plan_id)
    task = next((t for t in find_plans.task_versions(db.session, version.id) if t.task_id == task_id), None)
    if task is None:
        raise NotFound("Không tìm thấy nhiệm vụ này trong kế hoạch.")
    every = figures.lines(Wanted(tasks=[task_id]))
    seen = _seen(every, _sees_rows(actor, version.plan))
    stands = figures.codes(today)
    found = [line for line in seen if not code or _at(stands(line), code)]
    if words.strip():
        names = find_units.names(db.session, {line.holder_id for line in found}, today)
        found = [line for line in found if fold(words) in fold(names.get(line.holder_id, ""))]
    pages = max(-(-len(found) // LINES_A_PAGE), 1)
    page = min(max(page, 1), pages)
    shown = figures.by_urgency(found, today)[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]
    rows = listing.rows_of(shown, today)
    return TaskLines(
        plan=plan_rows.of_published([version], today, every)[0],
        task=_task_row(task, every, seen, [], [], today),
        tally=figures.of_units(seen, today),
        rows=tuple(rows[line.id] for line in shown),
        found=len(found),
        page=page,
        pages=pages,
    )


def _at(stands: str, code: str) -> bool:
    """Done is done, late or not; what is due today is soon due, too: as the bar has it."""
    return (
        stands == code or (code == "accepted" and stands == "late") or (code == "soon" and stands == "today")
    )


def _seen(lines: Iterable[Counted], units: frozenset[int] | None) -> list[Counted]:
    return [line for line in lines if units is None or line.holder_id in units]


def _plan_facts(actor: Actor, plan: Plan) -> tuple[FactRow, ...]:
    """The plan's history; what happened to its drafts is for those who review them."""
    if access.may(actor, "plan.review", thing_of_plan(plan)):
        return find_plans.facts(db.session, thing="plan", thing_id=plan.id)
    return find_plans.life_facts(db.session, plan.id)


def _sees_rows(actor: Actor, plan: Plan) -> frozenset[int] | None:
    """Units whose assignments the actor may see one by one; None means all."""
    if access.may(actor, "work.see", thing_of_plan(plan)):
        return None
    return actor.units()


def _sections(
    version: PlanVersion, lines: list[Counted], units: frozenset[int] | None, today: date
) -> tuple[Section, ...]:
    by_task: dict[int, list[Counted]] = {}
    for line in lines:
        by_task.setdefault(line.task_id, []).append(line)
    seen = {task_id: _seen(found, units) for task_id, found in by_task.items()}
    rows: dict[int, list[WorkRow]] = {}
    for row in listing.rows_of(
        (one for found in seen.values() for one in _unfolded(found, today)), today
    ).values():
        rows.setdefault(row.task_id, []).append(row)
    timings = find_plans.timings(db.session, version.plan_id)
    parts: dict[tuple[str, ...], list[TaskVersion]] = {}
    for task in find_plans.task_versions(db.session, version.id):
        parts.setdefault(section_of(task.path), []).append(task)
    return tuple(
        Section(
            label=path_text(label),
            heading=heading_of(version.blocks, label, tasks[0].source),
            tasks=tuple(
                _task_row(
                    task,
                    by_task.get(task.task_id, []),
                    seen.get(task.task_id, []),
                    rows.get(task.task_id, []),
                    timings.get(task.task_id, []),
                    today,
                )
                for task in tasks
            ),
            tally=figures.of_units((one for t in tasks for one in by_task.get(t.task_id, [])), today),
        )
        for label, tasks in parts.items()
    )


def _turns(lines: Iterable[Counted]) -> dict[tuple[int, str], list[Counted]]:
    turns: dict[tuple[int, str], list[Counted]] = {}
    for line in lines:
        turns.setdefault((line.timing_id, line.period), []).append(line)
    return turns


def _unfolded(lines: list[Counted], today: date) -> list[Counted]:
    """The lines of a task that its plan's page shows: all, or where these are very many the most urgent of each due
    day of a turn."""
    turns = _turns(lines)
    if len(lines) <= WHOLE_LINES and max(map(len, turns.values()), default=0) <= WHOLE_TURN:
        return lines
    shown: list[Counted] = []
    for found in turns.values():
        days: set[date | None] = set()
        for n, line in enumerate(figures.by_urgency(found, today)):
            if n < URGENT_LINES or line.work.due_on not in days:
                shown.append(line)
            days.add(line.work.due_on)
    return shown


def _task_row(
    task: TaskVersion,
    lines: list[Counted],
    seen: list[Counted],
    rows: list[WorkRow],
    timings: list[Timing],
    today: date,
) -> TaskRow:
    """`lines` count, those that are `seen` may be shown, and of these `rows` are."""
    leads = [m for m in task.mentions if m.part == "lead"]
    return TaskRow(
        id=task.task_id,
        path=tuple(task.path),
        path_text=path_text(task.path),
        kind=task.kind,
        title=task.title,
        gone=task.task.withdrawn_at is not None,
        leads=tuple(m.text for m in leads),
        partners=tuple(m.text for m in task.mentions if m.part == "partner"),
        deliverables=tuple(d.text for d in task.deliverables),
        timings=tuple(t.text for t in timings if t.text),
        recipient=task.recipient,
        sentence=str(task.source["text"]) if task.source else "",
        unassigned=not any(m.unit_ids for m in leads),
        worst=figures.worst_of_plan(lines, today),
        tally=figures.of_units(lines, today),
        assignments=tuple(rows),
        completion=task.completion,
        units=len({one for m in leads for one in m.unit_ids}),
        given=len({line.unit_id for line in seen}) if len(seen) == len(lines) else 0,
        lines=len(seen),
        turns={
            turn: Turn(figures.of_units(found, today), len(found)) for turn, found in _turns(seen).items()
        },
    )


# Review


# Oversight


# Files
