"""Tách and gộp: one task becomes several, or takes another one in. Work that is open moves, finished work stays.

The preview and the deed ask the same comparison. Nothing is deleted: what moves is excused with its reason, and its
history stays where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, or_, select

from tracker import access, life
from tracker.access import Actor
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services.asked import PENDING
from tracker.services.assignment_deed import move, note
from tracker.services.held import held, refuse_held
from tracker.services.plan_deed import note_plan, thing_of_plan
from tracker.store.engine import transaction
from tracker.store.models import (
    Assignment,
    Deliverable,
    Explanation,
    Extension,
    HandBack,
    Mention,
    Plan,
    PlanVersion,
    Submission,
    Task,
    TaskVersion,
    Timing,
    Wait,
)
from tracker.vietnamese.forms import fold, sentence
from tracker.vietnamese.order import sort_key

SPLIT, MERGED = "split", "merged"
MOST_PARTS = 9
OVERTAKEN = Refused("Nhiệm vụ vừa có thay đổi. Xin xem lại rồi làm tiếp.", code="overtaken")


@dataclass(frozen=True)
class Part:
    """One task that a split makes; it is done by the same units at the same times."""

    title: str
    deliverables: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskWords:
    """A task of a published plan as it is worded now."""

    id: int
    plan_id: int
    plan_name: str
    kind: str
    path: tuple[str, ...]
    title: str
    deliverables: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What splitting or merging would do: assignments made, excused because they move, and finished ones that stay."""

    made: int
    moved: int
    stays: int

    @property
    def mark(self) -> str:
        """What was shown; the deed is refused where it would be something else by now."""
        return f"{self.made}-{self.moved}-{self.stays}"


# Looking


def task_words(actor: Actor, task_id: int) -> TaskWords:
    """The task, for whoever may change it."""
    task, plan = _task(actor, task_id)
    return _words(task, plan)


def mergeable(actor: Actor, task_id: int) -> tuple[TaskWords, ...]:
    """The other tasks of the plan of the same kind, which this one could take in."""
    task, plan = _task(actor, task_id)
    kind = _version(task).kind
    query = select(Task).where(Task.plan_id == plan.id, Task.id != task.id, Task.withdrawn_at.is_(None))
    found = [_words(one, plan) for one in db.session.scalars(query) if _has_version(one)]
    return tuple(
        sorted((one for one in found if one.kind == kind), key=lambda one: (one.path, sort_key(one.title)))
    )


def preview_split(actor: Actor, task_id: int, parts: Sequence[Part]) -> Effect:
    """What splitting would do."""
    task, plan = _task(actor, task_id)
    parts = _checked(parts)
    return _split_effect(task, plan, parts)


def preview_merge(actor: Actor, task_id: int, other_id: int, title: str) -> Effect:
    """What merging the other task into this one would do."""
    task, other, plan = _both(actor, task_id, other_id)
    _title(title)
    return _merge_effect(task, other, plan)


# Doing


def split(actor: Actor, task_id: int, parts: Sequence[Part], *, mark: str, at: datetime) -> list[int]:
    """The task becomes several, each with its open work; returns their ids. `mark` is that of the preview."""
    with transaction(db.session):
        task, plan = _task(actor, task_id, lock=True)
        parts = _checked(parts)
        if _split_effect(task, plan, parts).mark != mark:
            raise OVERTAKEN
        open_work = _open(task, plan)
        made = [_part_of(task, part, at) for part in parts]
        reason = "Tách thành: " + "; ".join(part.title for part in parts)
        for work in open_work:
            for new in made:
                _successor(work, new, _counterpart(work.timing, new), at)
            _replace(actor, work, SPLIT, reason, [new.id for new in made], at)
        task.withdrawn_at = at
        ids = [new.id for new in made]
        after = {
            "task": task.id,
            "into": ids,
            "titles": [part.title for part in parts],
            "moved": len(open_work),
        }
        note_plan(actor, plan, "task-split", at, after, before={"title": _version(task).title})
        return ids


def merge(actor: Actor, task_id: int, other_id: int, title: str, *, mark: str, at: datetime) -> None:
    """The task takes the other one in, with its times, units and deliverables."""
    with transaction(db.session):
        task, other, plan = _both(actor, task_id, other_id, lock=True)
        title = _title(title)
        if _merge_effect(task, other, plan).mark != mark:
            raise OVERTAKEN
        before = f"{_version(task).title} + {_version(other).title}"
        moved = _open(other, plan)
        for work in moved:
            _take_in(actor, work, task, at)
            _replace(actor, work, MERGED, f"Gộp vào: {title}", [task.id], at)
        _word_merged(task, other, title)
        other.withdrawn_at, other.merged_into_id = at, task.id
        after = {"task": other.id, "into": [task.id], "titles": [title], "moved": len(moved)}
        note_plan(actor, plan, "tasks-merged", at, after, before={"title": before})


# What it does, counted


def _split_effect(task: Task, plan: Plan, parts: Sequence[Part]) -> Effect:
    moving = _open(task, plan)
    _refuse_pending(moving)
    return Effect(len(moving) * len(parts), len(moving), _staying(task))


def _merge_effect(task: Task, other: Task, plan: Plan) -> Effect:
    moving = _open(other, plan)
    _refuse_pending(moving)
    found = [_there(work, task) for work in moving]
    done = [one for one in found if one is not None and one.state in (life.SUBMITTED, life.ACCEPTED)]
    if done:
        raise Refused(
            f"{len(done)} việc của nhiệm vụ giữ lại đã gửi hoặc đã xong, trong khi nhiệm vụ được gộp còn mở. "
            "Xin duyệt, trả lại hoặc mở lại các việc đó trước khi gộp.",
            code="merge-finished",
        )
    return Effect(sum(one is None for one in found), len(moving), _staying(other))


def _open(task: Task, plan: Plan) -> list[Assignment]:
    """The live work of a task; that of closed periods stays where it is."""
    query = (
        select(Assignment)
        .where(Assignment.task_id == task.id, Assignment.state.in_(life.LIVE))
        .order_by(Assignment.id)
    )
    return [one for one in db.session.scalars(query) if held(plan, one.period) is None]


def _staying(task: Task) -> int:
    query = select(Assignment.state).where(Assignment.task_id == task.id)
    return sum(state in (life.SUBMITTED, life.ACCEPTED) for state in db.session.scalars(query))


def _refuse_pending(works: Iterable[Assignment]) -> None:
    """What was asked about open work is settled first: it would stay behind unanswered."""
    ids = [work.id for work in works]
    asked = (
        exists().where(Extension.assignment_id == Assignment.id, Extension.state.in_(PENDING)),
        exists().where(HandBack.assignment_id == Assignment.id, HandBack.state == "asked"),
        exists().where(
            Explanation.assignment_id == Assignment.id,
            Explanation.answered_at.is_(None),
            Explanation.withdrawn_at.is_(None),
        ),
        exists().where(
            Wait.assignment_id == Assignment.id, Wait.ended_on.is_(None), Wait.unit_id.is_not(None)
        ),
        exists().where(Submission.assignment_id == Assignment.id, Submission.state == "part"),
    )
    found = db.session.scalars(select(Assignment.id).where(Assignment.id.in_(ids), or_(*asked)))
    if count := len(list(found)):
        raise Refused(
            f"{count} việc còn đề nghị chưa giải quyết hoặc mới gửi một phần sản phẩm. "
            "Xin giải quyết trước, rồi tách hoặc gộp.",
            code="pending",
        )


# Making and moving


def _part_of(task: Task, part: Part, at: datetime) -> Task:
    new = Task(plan_id=task.plan_id, created_at=at, split_from_id=task.id)
    new.timings = [_copied(one, one.ordinal) for one in task.timings if one.withdrawn_at is None]
    was = _version(task)
    new.versions = [
        TaskVersion(
            plan_version_id=was.plan_version_id,
            position=was.position,
            path=list(was.path),
            kind=was.kind,
            title=sentence(part.title),
            search_text=fold(part.title),
            recipient=was.recipient,
            accountable=was.accountable,
            completion=was.completion,
            source=was.source,
            spans=was.spans,
            mentions=[_same_mention(one, one.ordinal) for one in was.mentions],
            deliverables=[Deliverable(ordinal=n, text=text) for n, text in enumerate(part.deliverables)],
        )
    ]
    db.session.add(new)
    db.session.flush()
    return new


def _copied(timing: Timing, ordinal: int) -> Timing:
    return Timing(
        ordinal=ordinal,
        text=timing.text,
        label=timing.label,
        start=timing.start,
        due=timing.due,
        every=timing.every,
        ongoing=timing.ongoing,
        awaits=timing.awaits,
        bound=timing.bound,
        printed=timing.printed,
        offset=timing.offset,
        soft=timing.soft,
    )


def _same_mention(one: Mention, ordinal: int) -> Mention:
    return Mention(
        part=one.part,
        ordinal=ordinal,
        text=one.text,
        unit_id=one.unit_id,
        group_id=one.group_id,
        unit_ids=list(one.unit_ids),
    )


def _alike(one: Timing) -> tuple[str, str, date | None]:
    return one.label, one.every, one.due


def _counterpart(timing: Timing, task: Task) -> Timing:
    """The timing of the other task that says the same; it is made where there is none."""
    for one in task.timings:
        if one.withdrawn_at is None and _alike(one) == _alike(timing):
            return one
    new = _copied(timing, max((one.ordinal for one in task.timings), default=-1) + 1)
    task.timings.append(new)
    db.session.flush()
    return new


def _successor(work: Assignment, task: Task, timing: Timing, at: datetime) -> Assignment:
    """The same work under another task: as far as it has come, with the days that were agreed."""
    new = Assignment(
        committee_id=work.committee_id,
        plan_id=work.plan_id,
        task_id=task.id,
        timing_id=timing.id,
        unit_id=work.unit_id,
        period=work.period,
        holder_id=work.holder_id,
        due_on=work.due_on,
        first_due_on=work.first_due_on,
        state=work.state,
        waits_for=work.waits_for,
        waits_since=work.waits_since,
        seen_on=work.seen_on,
        seen_by_id=work.seen_by_id,
        urged_from=work.urged_from,
        changed_at=at,
    )
    db.session.add(new)
    return new


def _there(work: Assignment, task: Task) -> Assignment | None:
    """The work of the other task for the same unit, time and period."""
    timing = next(
        (one for one in task.timings if one.withdrawn_at is None and _alike(one) == _alike(work.timing)), None
    )
    if timing is None:
        return None
    query = select(Assignment).where(
        Assignment.task_id == task.id,
        Assignment.timing_id == timing.id,
        Assignment.unit_id == work.unit_id,
        Assignment.period == work.period,
    )
    return db.session.scalars(query).first()


def _take_in(actor: Actor, work: Assignment, task: Task, at: datetime) -> None:
    there = _there(work, task)
    if there is None:
        _successor(work, task, _counterpart(work.timing, task), at)
    elif there.state == life.EXCUSED:  # what is open of one of two tasks is open of both together
        move(there, "bring-back", at)
        there.excuse, there.excuse_reason, there.due_on = "", "", work.due_on
        note(actor, there, "reopened", at, {"reason": f"Gộp với: {_version(work.task).title}"})


def _replace(
    actor: Actor, work: Assignment, excuse: str, reason: str, into: Sequence[int], at: datetime
) -> None:
    move(work, "replace", at)
    work.excuse, work.excuse_reason = excuse, reason
    note(actor, work, "excused", at, {"reason": reason, "tasks": list(into)})


def _word_merged(task: Task, other: Task, title: str) -> None:
    version, was = _version(task), _version(other)
    version.title, version.search_text = sentence(title), fold(title)
    texts = {one.text for one in version.deliverables}
    for one in was.deliverables:
        if one.text not in texts:
            version.deliverables.append(Deliverable(ordinal=len(version.deliverables), text=one.text))
    for part in ("lead", "partner"):
        mine = [one for one in version.mentions if one.part == part]
        known = {one.text for one in mine}
        new = [one for one in was.mentions if one.part == part and one.text not in known]
        version.mentions += [_same_mention(one, len(mine) + n) for n, one in enumerate(new)]


# Asking


def _task(actor: Actor, task_id: int, *, lock: bool = False) -> tuple[Task, Plan]:
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound("Không tìm thấy nhiệm vụ này.")
    plan = db.session.get(Plan, task.plan_id, with_for_update=lock or None)
    assert plan is not None
    access.need(actor, "task.change", thing_of_plan(plan))
    refuse_held(plan, "")
    if task.withdrawn_at is not None or not _has_version(task):
        raise Refused("Nhiệm vụ này không còn trong kế hoạch, hoặc đã được tách, gộp.", code="gone")
    return task, plan


def _both(actor: Actor, task_id: int, other_id: int, *, lock: bool = False) -> tuple[Task, Task, Plan]:
    task, plan = _task(actor, task_id, lock=lock)
    other, same = _task(actor, other_id)
    if other.id == task.id or same.id != plan.id or _version(other).kind != _version(task).kind:
        raise Invalid("Xin chọn một nhiệm vụ khác cùng loại trong kế hoạch này.", code="other-task")
    return task, other, plan


def _has_version(task: Task) -> bool:
    return _published(task) is not None


def _published(task: Task) -> TaskVersion | None:
    query = (
        select(TaskVersion)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(TaskVersion.task_id == task.id, PlanVersion.state == "published")
    )
    return db.session.scalars(query).first()


def _version(task: Task) -> TaskVersion:
    return task.versions[-1]


def _words(task: Task, plan: Plan) -> TaskWords:
    version = _version(task)
    published = db.session.get_one(PlanVersion, version.plan_version_id)
    return TaskWords(
        id=task.id,
        plan_id=plan.id,
        plan_name=published.number or published.title,
        kind=version.kind,
        path=tuple(version.path),
        title=version.title,
        deliverables=tuple(one.text for one in version.deliverables),
    )


def _checked(parts: Sequence[Part]) -> list[Part]:
    found = [Part(_title(one.title), one.deliverables) for one in parts if one.title.strip()]
    if not 2 <= len(found) <= MOST_PARTS:
        raise Invalid("Xin ghi tên ít nhất hai nhiệm vụ.", code="too-few")
    if len({fold(one.title) for one in found}) < len(found):
        raise Invalid("Các nhiệm vụ tách ra phải khác tên nhau.", code="same-titles")
    return found


def _title(title: str) -> str:
    if not title.strip():
        raise Invalid("Xin ghi tên nhiệm vụ.", code="no-title")
    return " ".join(title.split())[:2000]
