"""Publishing: the rows of a draft become tasks, timings and assignments, in one transaction.

A new version is compared with what is followed already: what stays keeps its progress and evidence, what was
dropped is withdrawn, never deleted. Publishing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.expand import Planned, row_timings
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import Refused
from tracker.extensions import db
from tracker.services import drafting
from tracker.services.drafting import Draft, Prepared
from tracker.services.past import past_periods
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import (
    Assignment,
    Deliverable,
    Mention,
    Plan,
    PlanVersion,
    Task,
    TaskVersion,
    Timing,
)
from tracker.units.matching import key
from tracker.vietnamese.forms import fold, sentence

DONE_BEFORE = "done-before"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Published:
    """What a publishing did: assignments made, kept and withdrawn; `moved` of the kept have a new due day."""

    assignments: int = 0
    kept: int = 0
    withdrawn: int = 0
    moved: int = 0


@dataclass(frozen=True)
class Identity:
    """What stays of an assignment whatever a version says: its key."""

    timing_id: int
    unit_id: int
    period: str


def publish(actor: Actor, version_id: int, *, row_version: int, at: datetime) -> Published:
    """Publish a draft. Raises `Refused` while something blocks it, naming what."""
    with transaction(db.session):
        version, plan = drafting.load(version_id, lock=True)
        access.need(actor, "plan.publish", Thing(plan.committee_id, plan.coordinator_id))
        if version.state != "draft":
            return Published(kept=_count(plan))
        if version.row_version != row_version:
            raise Refused(
                "Bản thảo vừa được người khác sửa. Xin tải lại trang rồi làm tiếp.", code="overtaken"
            )
        today = vietnam_day(at)
        draft = drafting.prepare(version, today)
        _refuse_blocked(draft, today)
        result = _Publishing(draft, today, at).run()
        _supersede(plan, version, actor, at)
        record(
            db.session,
            actor,
            "published",
            thing="plan",
            thing_id=plan.id,
            committee_id=plan.committee_id,
            plan_id=plan.id,
            after={"version": version.id, **vars(result)},
            at=at,
        )
        return result


def _count(plan: Plan) -> int:
    return db.session.query(Assignment).filter_by(plan_id=plan.id).count()


def _refuse_blocked(draft: Draft, today: date) -> None:
    blocked = [one for one in draft.publishable if one.blocking]
    if blocked:
        titles = "; ".join(one.task.title[:60] for one in blocked[:3])
        raise Refused(f"Còn {len(blocked)} dòng cần xử lý trước khi ban hành: {titles}.", code="blocked")
    if any(not period.choice for period in past_periods(draft, today)):
        raise Refused("Còn kỳ đã qua hạn chưa chọn cách xử lý. Xin chọn trước khi ban hành.", code="blocked")
    if not draft.publishable:
        raise Refused("Kế hoạch chưa có nhiệm vụ nào. Xin thêm ít nhất một dòng.", code="blocked")


def _supersede(plan: Plan, version: PlanVersion, actor: Actor, at: datetime) -> None:
    for other in plan.versions:
        if other.state == "published":
            other.state = "superseded"
    version.state = "published"
    version.published_at = at
    version.published_by_id = actor.id


class _Publishing:
    """One publishing at work."""

    def __init__(self, draft: Draft, today: date, at: datetime) -> None:
        self.draft = draft
        self.plan = draft.plan
        self.version = draft.version
        self.today = today
        self.at = at
        self.tasks = {one.id: one for one in _live_tasks(self.plan.id)}
        self.existing = _existing(self.plan.id)
        self.made = 0
        self.moved = 0
        self.kept: set[Identity] = set()

    def run(self) -> Published:
        continued = _continued(self.draft.publishable, self.tasks.values())
        for position, prepared in enumerate(self.draft.publishable):
            task = self.tasks.get(continued.get(prepared.row.id, 0)) or self._new_task()
            prepared.row.task_id = task.id
            self._publish_row(prepared, task, position)
        dropped = [one for one in self.tasks.values() if one.id not in continued.values()]
        for task in dropped:
            task.withdrawn_at = self.at
        withdrawn = self._withdraw()
        return Published(self.made, len(self.kept) - self.made, withdrawn, self.moved)

    def _new_task(self) -> Task:
        task = Task(plan_id=self.plan.id, created_at=self.at)
        db.session.add(task)
        db.session.flush()
        return task

    def _publish_row(self, prepared: Prepared, task: Task, position: int) -> None:
        reworded = bool(task.versions) and task.versions[-1].title != sentence(prepared.task.title)
        task.versions.append(_task_version(prepared, self.version.id, position))
        timings = self._timings(task, row_timings(prepared.task))
        for planned in prepared.planned:
            self._assign(prepared, task, timings[planned.timing], planned, reworded)

    def _timings(self, task: Task, drafts: Iterable[TimingDraft]) -> list[Timing]:
        """The task's timings for these drafts: known ones go on under their id, new ones get the next."""
        live = [one for one in task.timings if one.withdrawn_at is None]
        chosen = []
        for draft, known in _matched(live, drafts):
            timing = known or Timing(task_id=task.id, ordinal=len(task.timings))
            if known is None:
                task.timings.append(timing)
            _write_timing(timing, draft)
            chosen.append(timing)
        for timing in live:
            if timing not in chosen:
                timing.withdrawn_at = self.at
        db.session.flush()
        return chosen

    def _assign(
        self, prepared: Prepared, task: Task, timing: Timing, planned: Planned, reworded: bool
    ) -> None:
        identity = Identity(timing.id, planned.unit_id, planned.period)
        known = self.existing.get(identity)
        if known is not None:
            self.kept.add(identity)
            self._carry_on(known, planned.due, reworded)
            return
        assignment = Assignment(
            committee_id=self.plan.committee_id,
            plan_id=self.plan.id,
            task_id=task.id,
            timing_id=timing.id,
            unit_id=planned.unit_id,
            holder_id=planned.unit_id,
            period=planned.period,
            due_on=planned.due,
            first_due_on=planned.due,
            urged_from=self.today,
            changed_at=self.at,
        )
        self._begin(assignment, planned, prepared.row.past.get(f"{planned.timing}:{planned.period}", ""))
        db.session.add(assignment)
        self.existing[identity] = assignment
        self.kept.add(identity)
        self.made += 1

    def _begin(self, assignment: Assignment, planned: Planned, past: str) -> None:
        """The state in which it begins: open, waiting for its event, or closed because it was done before."""
        if planned.waits_for:
            assignment.state = life.WAITING
            assignment.waits_for = planned.waits_for
            assignment.waits_since = self.today
        elif past == "done" and planned.due and planned.due < self.today:
            assignment.state = life.EXCUSED
            assignment.excuse = DONE_BEFORE

    def _carry_on(self, assignment: Assignment, due: date | None, reworded: bool) -> None:
        """A new version may move the due day or bring back what was dropped: urging begins anew from today.
        Calendars learn of new words, too. What was accepted stays as it was judged."""
        returns = assignment.state == life.EXCUSED and assignment.excuse == WITHDRAWN
        moved = _moves(assignment, due)
        self.moved += moved
        if returns:
            assignment.state = life.MOVES[life.EXCUSED, "reopen"]
            assignment.excuse = ""
        if moved or returns:
            assignment.due_on = due
            assignment.urged_from = self.today
        if moved or returns or reworded:
            assignment.sequence += 1
            assignment.changed_at = self.at

    def _withdraw(self) -> int:
        """What no row asks for any longer and is not finished yet."""
        count = 0
        for identity, assignment in self.existing.items():
            state = life.after(assignment.state, "excuse")
            if identity not in self.kept and state:
                assignment.state = state
                assignment.excuse = WITHDRAWN
                assignment.sequence += 1
                assignment.changed_at = self.at
                count += 1
        return count


def forecast(draft: Draft) -> Published:
    """What publishing the draft would do, by the same comparison; nothing is written."""
    existing = _existing(draft.plan.id)
    tasks = {one.id: one for one in _live_tasks(draft.plan.id)}
    continued = _continued(draft.publishable, tasks.values())
    kept: dict[Identity, date | None] = {}
    for prepared in draft.publishable:
        task = tasks.get(continued.get(prepared.row.id, 0))
        live = [one for one in task.timings if one.withdrawn_at is None] if task else []
        timings = [known for _, known in _matched(live, row_timings(prepared.task))]
        for planned in prepared.planned:
            timing = timings[planned.timing]
            if timing is not None:
                kept[Identity(timing.id, planned.unit_id, planned.period)] = planned.due
    kept = {identity: due for identity, due in kept.items() if identity in existing}
    dropped = (one for identity, one in existing.items() if identity not in kept)
    return Published(
        assignments=sum(len(prepared.planned) for prepared in draft.publishable) - len(kept),
        kept=len(kept),
        withdrawn=sum(life.after(one.state, "excuse") is not None for one in dropped),
        moved=sum(_moves(existing[identity], due) for identity, due in kept.items()),
    )


def _moves(assignment: Assignment, due: date | None) -> bool:
    """Whether a version with this due day changes the assignment's; a finished one is not judged anew."""
    return assignment.due_on != due and assignment.state != life.ACCEPTED


def _existing(plan_id: int) -> dict[Identity, Assignment]:
    found = db.session.scalars(select(Assignment).where(Assignment.plan_id == plan_id))
    return {Identity(one.timing_id, one.unit_id, one.period): one for one in found}


def _live_tasks(plan_id: int) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.plan_id == plan_id, Task.withdrawn_at.is_(None))))


def _continued(rows: Iterable[Prepared], tasks: Iterable[Task]) -> dict[int, int]:
    """Row id → the task that it continues: the same words first, then the same place in the plan."""
    found: dict[int, int] = {}
    left = {task.id: task.versions[-1] for task in tasks}
    rows = list(rows)
    for same in (_same_words, _same_place):
        for one in rows:
            if one.row.id in found:
                continue
            task_id = next((i for i, version in left.items() if same(one.task, version)), None)
            if task_id is not None:
                found[one.row.id] = task_id
                del left[task_id]
    return found


def _same_words(task: TaskDraft, version: TaskVersion) -> bool:
    return task.kind == version.kind and key(task.title) == key(version.title)


def _same_place(task: TaskDraft, version: TaskVersion) -> bool:
    return bool(task.path) and task.kind == version.kind and list(task.path) == version.path


def _matched(
    live: Iterable[Timing], drafts: Iterable[TimingDraft]
) -> list[tuple[TimingDraft, Timing | None]]:
    """Each draft with the live timing that it continues, if there is one."""
    free = list(live)
    pairs: list[tuple[TimingDraft, Timing | None]] = []
    for draft in drafts:
        known = next((one for one in free if _same_timing(one, draft)), None)
        if known is not None:
            free.remove(known)
        pairs.append((draft, known))
    return pairs


def _same_timing(timing: Timing, draft: TimingDraft) -> bool:
    """By label and cycle; the words may change with the date that they hold."""
    return (timing.label, timing.every) == (draft.label or "", draft.every or "")


def _write_timing(timing: Timing, draft: TimingDraft) -> None:
    timing.text = draft.text
    timing.label = (draft.label or "")[:200]
    timing.start = draft.start
    timing.due = draft.due
    timing.every = draft.every or ""
    timing.ongoing = draft.ongoing
    timing.awaits = draft.awaits or ""
    timing.bound = draft.bound or ""
    timing.printed = draft.printed
    timing.offset = codec.timing_to_json(draft).get("offset")
    timing.soft = draft.soft


def _task_version(prepared: Prepared, version_id: int, position: int) -> TaskVersion:
    task = prepared.task
    data = codec.task_to_json(task)
    return TaskVersion(
        plan_version_id=version_id,
        position=position,
        path=list(task.path),
        kind=task.kind,
        title=sentence(task.title),
        search_text=fold(task.title),
        recipient=task.recipient or "",
        accountable=task.accountable or "",
        source=data.get("source"),
        spans=data.get("spans") or {},
        mentions=_mentions(prepared),
        deliverables=[Deliverable(ordinal=n, text=text) for n, text in enumerate(task.deliverables)],
    )


def _mentions(prepared: Prepared) -> list[Mention]:
    """Who leads and helps as the version words it, and the units that this meant on the day."""
    counts = {"lead": 0, "partner": 0}
    rows = []
    for mention in prepared.mentions:
        kind, _, number = mention.value.partition(":")
        rows.append(
            Mention(
                part=mention.part,
                ordinal=counts[mention.part],
                text=mention.text,
                unit_id=int(number) if kind == "unit" else None,
                group_id=int(number) if kind == "group" else None,
                unit_ids=list(mention.unit_ids),
            )
        )
        counts[mention.part] += 1
    return rows
