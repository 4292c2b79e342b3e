"""Ladders of notices: for all work of a committee, a kind of task, a plan, a kind in a plan, one task; its quiet hours,
and after how many days without a sign a unit counts as one that does not read. The manager sets what is common, the
coordinator of a plan what is the plan's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from tracker import access
from tracker.access import Actor, Thing
from tracker.deadlines.ladder import Ladder, ladder_to, scope_of, scopes
from tracker.deadlines.workdays import WorkCalendar
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.life import OPEN
from tracker.progress.reading import DAYS, MOST_DAYS
from tracker.services.drafting import lock_plan
from tracker.services.held import refuse_held
from tracker.services.plan_deed import thing_of_plan
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Committee, LadderRule, Plan, PlanVersion, Task, TaskVersion
from tracker.store.queries.calendar import calendar_of
from tracker.store.queries.ladders import ladders
from tracker.store.queries.plans import published_of
from tracker.store.queries.reading import not_reading_days
from tracker.store.queries.units import person_names

TASK_KINDS = ("task", "report", "responsibility")
MOST_STEPS = 40
READING_DAYS = "not_reading_days"
OVERTAKEN = Refused("Thang nhắc việc này vừa có người khác sửa. Xin xem lại rồi sửa tiếp.", code="overtaken")
NO_TASK = "Không tìm thấy nhiệm vụ này trong kế hoạch."


@dataclass(frozen=True)
class Where:
    """For which work a ladder holds; nothing given: all of the committee's."""

    plan_id: int | None = None
    kind: str = ""
    task_id: int | None = None

    @property
    def scope(self) -> str:
        return scope_of(plan_id=self.plan_id, kind=self.kind, task_id=self.task_id)


@dataclass(frozen=True)
class Shown:
    """The ladder that holds somewhere. `source` is the scope that it comes from (empty: the one that comes with the
    program), `mark` says which state of its own one was looked at."""

    where: Where
    ladder: Ladder
    source: str
    title: str = ""
    mark: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def own(self) -> bool:
        return self.source == self.where.scope


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing leaves: from the evening over midnight to the morning. None: as everywhere."""

    since: str
    until: str


@dataclass(frozen=True)
class CommonPage:
    """What is common to a committee: the ladder of all its work, those of the kinds, its quiet hours, the working days
    after which a unit counts as one that does not read (`own_days`: the committee chose them)."""

    common: Shown
    kinds: tuple[Shown, ...]
    quiet: Quiet | None
    reading_days: int
    own_days: bool
    may_change: bool


@dataclass(frozen=True)
class PlanPage:
    """The ladders of a plan: its own, those of kinds in it, and the tasks that have their own."""

    plan_id: int
    plan_name: str
    plan_title: str
    whole: Shown
    kinds: tuple[Shown, ...]
    tasks: tuple[Shown, ...]
    may_change: bool


@dataclass(frozen=True)
class OnePage:
    """One ladder with the calendar that it is counted by; `due_on` is a day for which it is shown."""

    shown: Shown
    without: Shown
    calendar: WorkCalendar
    due_on: date | None
    plan_name: str
    may_change: bool


# What may be looked at


def common_page(actor: Actor, committee_id: int) -> CommonPage:
    """The ladders that are common to a committee."""
    access.need(actor, "ladder.see", Thing(committee_id))
    rules = _Rules(committee_id)
    settings = db.session.scalar(select(Committee.settings).where(Committee.id == committee_id)) or {}
    return CommonPage(
        common=rules.shown(Where()),
        kinds=tuple(rules.shown(Where(kind=kind)) for kind in TASK_KINDS),
        quiet=_hours(settings.get("quiet")),
        reading_days=not_reading_days(settings),
        own_days=READING_DAYS in settings,
        may_change=access.may(actor, "ladder.change", Thing(committee_id)),
    )


def _hours(stored: object) -> Quiet | None:
    """A committee's own quiet hours; what cannot be read is as everywhere."""
    if not isinstance(stored, Mapping):
        return None
    since, until = stored.get("from"), stored.get("to")
    return Quiet(since, until) if isinstance(since, str) and isinstance(until, str) else None


def plan_page(actor: Actor, plan_id: int) -> PlanPage:
    """The ladders of a plan."""
    plan = _plan(plan_id)
    access.need(actor, "ladder.see", thing_of_plan(plan))
    rules = _Rules(plan.committee_id)
    number, title = _called(plan_id)
    tasks = [rule.task_id for rule in rules.by_scope.values() if rule.plan_id == plan_id and rule.task_id]
    return PlanPage(
        plan_id=plan_id,
        plan_name=number,
        plan_title=title,
        whole=rules.shown(Where(plan_id)),
        kinds=tuple(rules.shown(Where(plan_id, kind)) for kind in TASK_KINDS),
        tasks=tuple(rules.shown(_of_task(plan_id, task_id)) for task_id in tasks),
        may_change=access.may(actor, "ladder.change-plan", thing_of_plan(plan)) and not plan.ending,
    )


def one_page(actor: Actor, committee_id: int, where: Where, today: date) -> OnePage:
    """One ladder: the one that holds, and the one that would hold without it."""
    if where.plan_id is None:
        access.need(actor, "ladder.see", Thing(committee_id))
        may_change = access.may(actor, "ladder.change", Thing(committee_id))
    else:
        plan = _plan(where.plan_id)
        access.need(actor, "ladder.see", thing_of_plan(plan))
        may_change = access.may(actor, "ladder.change-plan", thing_of_plan(plan)) and not plan.ending
        committee_id = plan.committee_id
    where = _found(where)
    rules = _Rules(committee_id)
    return OnePage(
        shown=rules.shown(where),
        without=rules.shown(where, own=False),
        calendar=calendar_of(db.session, committee_id),
        due_on=_next_due(where.task_id, today) if where.task_id else None,
        plan_name=_called(where.plan_id)[0] if where.plan_id else "",
        may_change=may_change,
    )


# Deeds


def set_ladder(
    actor: Actor, committee_id: int, where: Where, ladder: Ladder, *, mark: str, at: datetime
) -> None:
    """Let this ladder hold there. `mark` is that of the page on which it was written; the same again changes
    nothing."""
    if len(ladder.steps) > MOST_STEPS:
        raise Invalid(f"Thang nhắc việc có nhiều nhất {MOST_STEPS} mốc.", code="too-many-steps")
    wanted = ladder_to(ladder)
    with _changing(actor, committee_id, where) as found:
        rule = _rule(found, where)
        before = rule.ladder if rule else {}
        if before == wanted:
            return
        if _mark(rule) != mark:
            raise OVERTAKEN
        if rule is None:
            rule = LadderRule(committee_id=found, scope=where.scope, plan_id=where.plan_id, kind=where.kind)
            rule.task_id = where.task_id
            db.session.add(rule)
        rule.ladder, rule.changed_by_id, rule.changed_at = wanted, actor.id, at
        _note(actor, found, where, "ladder-set", before, wanted, at)


def drop_ladder(actor: Actor, committee_id: int, where: Where, *, mark: str, at: datetime) -> None:
    """Let the wider ladder hold there again."""
    with _changing(actor, committee_id, where) as found:
        rule = _rule(found, where)
        if rule is None:
            return
        if _mark(rule) != mark:
            raise OVERTAKEN
        db.session.delete(rule)
        _note(actor, found, where, "ladder-dropped", rule.ladder, {}, at)


def set_quiet(actor: Actor, committee_id: int, since: str, until: str, *, at: datetime) -> None:
    """Choose the hours in which nothing leaves, from an evening over midnight to a morning; both empty: as
    everywhere."""
    access.need(actor, "ladder.change", Thing(committee_id))
    _set(actor, committee_id, "quiet", _quiet(since, until), "quiet-hours-set", at)


def set_reading_days(actor: Actor, committee_id: int, days: str, *, at: datetime) -> None:
    """Choose after how many working days without a sign a unit counts as one that does not read; empty: as
    everywhere."""
    access.need(actor, "ladder.change", Thing(committee_id))
    _set(actor, committee_id, READING_DAYS, _days(days), "reading-days-set", at)


def _set(actor: Actor, committee_id: int, name: str, wanted: Any, deed: str, at: datetime) -> None:
    """Give a setting of the committee this value, or none where that is empty; the same again changes nothing."""
    with transaction(db.session):
        committee = _locked_committee(committee_id)
        before = committee.settings.get(name)
        if before == wanted:
            return
        rest = {key: value for key, value in committee.settings.items() if key != name}
        committee.settings = {**rest, name: wanted} if wanted else rest
        _note(actor, committee_id, Where(), deed, _told(before), _told(wanted), at)


def _told(value: Any) -> dict[str, Any]:
    """A setting as a fact keeps it."""
    if isinstance(value, dict):
        return value
    return {} if value is None else {"days": value}


@contextmanager
def _changing(actor: Actor, committee_id: int, where: Where) -> Iterator[int]:
    """One transaction in which nobody else changes a ladder there; gives the committee."""
    if where.plan_id is None:
        access.need(actor, "ladder.change", Thing(committee_id))
        with transaction(db.session):
            _locked_committee(committee_id)
            _found(where)
            yield committee_id
        return
    with transaction(db.session):
        lock_plan(where.plan_id)
        plan = _plan(where.plan_id)
        access.need(actor, "ladder.change-plan", thing_of_plan(plan))
        refuse_held(plan, "")
        _found(where)
        yield plan.committee_id


# What holds


class _Rules:
    """The committee's own ladders, read once; one that cannot be read lets the wider one hold, as the sender does."""

    def __init__(self, committee_id: int) -> None:
        rows = db.session.scalars(select(LadderRule).where(LadderRule.committee_id == committee_id))
        self.by_scope = {rule.scope: rule for rule in rows}
        self.ladders = ladders(db.session, committee_id)
        self.people = person_names(db.session, {rule.changed_by_id for rule in self.by_scope.values()})

    def shown(self, where: Where, *, own: bool = True) -> Shown:
        rule = self.by_scope.get(where.scope)
        kind = where.kind or (_kind(where.task_id) if where.task_id else "")
        chain = scopes(plan_id=where.plan_id, kind=kind, task_id=where.task_id)
        ladder, source = self.ladders.holding(chain if own else chain[1:])
        return Shown(
            where=where,
            ladder=ladder,
            source=source,
            title=_title(where.task_id) if where.task_id else "",
            mark=_mark(rule),
            changed_by=self.people.get(rule.changed_by_id or 0, "") if rule else "",
            changed_at=rule.changed_at if rule else None,
        )


def _rule(committee_id: int, where: Where) -> LadderRule | None:
    return db.session.scalars(
        select(LadderRule).where(LadderRule.committee_id == committee_id, LadderRule.scope == where.scope)
    ).first()


def _mark(rule: LadderRule | None) -> str:
    return rule.changed_at.isoformat() if rule else ""


def _found(where: Where) -> Where:
    """There is such a place. Raises `NotFound`."""
    if where.kind and where.kind not in TASK_KINDS:
        raise NotFound("Không có loại nhiệm vụ này. Xin chọn lại trong danh sách.")
    if where.task_id is not None:
        task = db.session.get(Task, where.task_id)
        if task is None or task.plan_id != where.plan_id or where.kind:
            raise NotFound(NO_TASK)
    return where


def _of_task(plan_id: int, task_id: int) -> Where:
    return Where(plan_id, task_id=task_id)


def _version(task_id: int) -> TaskVersion:
    """The task as it is worded now, else as it was last."""
    query = select(TaskVersion).join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
    query = query.where(TaskVersion.task_id == task_id, PlanVersion.state != "draft")
    found = db.session.scalars(query.order_by(PlanVersion.ordinal.desc())).first()
    if found is None:
        raise NotFound(NO_TASK)
    return found


def _kind(task_id: int) -> str:
    return _version(task_id).kind


def _title(task_id: int) -> str:
    return _version(task_id).title


def _next_due(task_id: int, today: date) -> date | None:
    """The next due day of the task's open work."""
    return db.session.scalars(
        select(Assignment.due_on)
        .where(Assignment.task_id == task_id, Assignment.state == OPEN, Assignment.due_on >= today)
        .order_by(Assignment.due_on)
    ).first()


def _plan(plan_id: int) -> Plan:
    plan = db.session.get(Plan, plan_id)
    if plan is None or not published_of(db.session, [plan_id]):
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    return plan


def _called(plan_id: int) -> tuple[str, str]:
    version = published_of(db.session, [plan_id])[0]
    return version.number or version.title, version.title or version.number


def _locked_committee(committee_id: int) -> Committee:
    query = select(Committee).where(Committee.id == committee_id).with_for_update(key_share=True)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("Không tìm thấy cơ quan này.")
    return found


# Settings of the committee


def _quiet(since: str, until: str) -> dict[str, str] | None:
    since, until = since.strip(), until.strip()
    if not since and not until:
        return None
    begin, end = _hour(since), _hour(until)
    if not end <= time(12) <= begin or begin == end:
        raise Invalid(
            "Giờ yên lặng đi từ buổi chiều qua đêm đến buổi sáng, ví dụ từ 18:00 đến 7:00.",
            code="wrong-quiet",
        )
    return {"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}"}


def _days(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MOST_DAYS):
        raise Invalid(
            f"Số ngày làm việc cần là một số từ 1 đến {MOST_DAYS}, ví dụ {DAYS}.", code="wrong-reading-days"
        )
    return int(text)


def _hour(text: str) -> time:
    try:
        hour, minute = text.replace("h", ":").replace("giờ", ":").split(":")
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise Invalid(f"“{text[:20]}” chưa phải là giờ. Xin ghi như 18:00.", code="wrong-hour") from None


def _note(
    actor: Actor,
    committee_id: int,
    where: Where,
    deed: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: datetime,
) -> None:
    thing, thing_id = "committee", committee_id
    if where.plan_id is not None:
        thing, thing_id = ("task", where.task_id) if where.task_id else ("plan", where.plan_id)
    record(
        db.session,
        actor,
        deed,
        thing=thing,
        thing_id=thing_id,
        committee_id=committee_id,
        plan_id=where.plan_id,
        before={"scope": where.scope, **before},
        after={"scope": where.scope, **after},
        at=at,
    )
