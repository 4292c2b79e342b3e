"""Publishing: the rows of a draft become tasks, timings and assignments, in one transaction.

A new version is compared with what is followed already: what stays keeps its progress and evidence, what was
dropped is withdrawn, never deleted. Publishing twice changes nothing.

Tasks and timings are objects; assignments are many (thirty tasks for every commune of the country), so they are
read as rows, compared, and written by statements about many at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Table, and_, insert, select, update

from tracker import access, life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.continuing import Known, continued
from tracker.drafts.expand import Planned, row_timings
from tracker.drafts.model import TimingDraft
from tracker.errors import Refused
from tracker.extensions import db
from tracker.services import drafting
from tracker.services.asked import AGREED
from tracker.services.drafting import Draft, Prepared
from tracker.services.held import refuse_held
from tracker.services.lineage import laid_out, live_tasks
from tracker.services.past import past_periods
from tracker.services.plan_deed import note_plan, thing_of_plan
from tracker.store.engine import transaction
from tracker.store.models import (
    Assignment,
    Deliverable,
    Extension,
    Mention,
    Plan,
    PlanVersion,
    Task,
    TaskVersion,
    Timing,
)
from tracker.store.queries import units as find_units
from tracker.store.queries.closings import closed, held_since
from tracker.units.meaning import Meaning
from tracker.vietnamese.forms import fold, sentence

DONE_BEFORE = "done-before"
WITHDRAWN = "withdrawn"


BATCH = 1000  # rows a statement

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Published:
    """What a publishing did: assignments made, kept and withdrawn; `moved` of the kept have a new due day."""

    assignments: int = 0
    kept: int = 0
    withdrawn: int = 0
    moved: int = 0


@dataclass(frozen=True)
class Forecast(Published):
    """What it would do; `dropped` are the assignments that it would withdraw."""

    dropped: tuple[Known, ...] = ()


def publish(
    actor: Actor, version_id: int, *, row_version: int, at: datetime, progress: Progress | None = None
) -> Published:
    """Publish a draft. Raises `Refused` while something blocks it, naming what.

    `progress` hears (assignments compared or made, assignments in all) as it goes on.
    """
    with transaction(db.session):
        version, plan = drafting.load(version_id, lock=True)
        access.need(actor, "plan.publish", thing_of_plan(plan))
        if version.state != "draft":
            return Published(kept=_count(plan))
        refuse_held(plan, "")
        if version.row_version != row_version:
            raise Refused(
                "Bản thảo vừa được người khác sửa. Xin tải lại trang rồi làm tiếp.", code="overtaken"
            )
        today = vietnam_day(at)
        draft = drafting.prepare(version, today)
        _refuse_blocked(draft, today)
        result = _Publishing(draft, today, at, progress).run()
        _supersede(plan, version, actor, at)
        note_plan(actor, plan, "published", at, {"version": version.id, **vars(result)})
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

    def __init__(self, draft: Draft, today: date, at: datetime, progress: Progress | None) -> None:
        self.draft = draft
        self.plan = draft.plan
        self.version = draft.version
        self.today = today
        self.at = at
        self.progress = progress
        self.tasks = live_tasks(self.plan.id)
        self.laid = laid_out(draft.publishable, self.tasks)
        self.total = sum(len(one.planned) for one, _ in self.laid)
        self.seen = 0
        self.existing = _existing(self.plan.id, lock=True)
        self.shut = _shut(self.plan.id)
        self.new: list[dict[str, Any]] = []
        self.changes: dict[_Change, list[int]] = {}
        self.made = 0
        self.moved = 0
        self.kept: set[int] = set()

    def run(self) -> Published:
        for position, (prepared, known) in enumerate(self.laid):
            task = known or self._new_task()
            prepared.row.task_id = task.id
            self._publish_row(prepared, task, position)
        kept = {known.id for _, known in self.laid if known}
        dropped = [one for one in self.tasks.values() if one.id not in kept]
        for task in dropped:
            task.withdrawn_at = self.at
        withdrawn = self._withdraw()
        self._write_new()
        self._write_changes()
        return Published(self.made, len(self.kept), withdrawn, self.moved)

    def _new_task(self) -> Task:
        task = Task(plan_id=self.plan.id, created_at=self.at)
        db.session.add(task)
        db.session.flush()
        return task

    def _publish_row(self, prepared: Prepared, task: Task, position: int) -> None:
        reworded = bool(task.versions) and task.versions[-1].title != sentence(prepared.task.title)
        task.versions.append(_task_version(prepared, self.version.id, position))
        timings = self._timings(task, row_timings(prepared.task))
        for planned, known in _compared(prepared, timings, self.existing):
            for one in known:
                self._carry_on(one, planned, reworded)
            if not known and not self.shut(prepared, planned):
                self._assign(prepared, task, timings[planned.timing], planned)
            self.seen += 1
            if len(self.new) >= BATCH or self.seen % BATCH == 0:
                self._write_new()

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

    def _assign(self, prepared: Prepared, task: Task, timing: Timing, planned: Planned) -> None:
        past = prepared.row.past.get(f"{planned.timing}:{planned.period}", "")
        done = past == "done" and planned.due and planned.due < self.today
        row = {
            "committee_id": self.plan.committee_id,
            "plan_id": self.plan.id,
            "task_id": task.id,
            "timing_id": timing.id,
            "unit_id": planned.unit_id,
            "holder_id": self.draft.holder(planned.unit_id),
            "period": planned.period,
            "due_on": planned.due,
            "first_due_on": planned.due,
            "published_on": self.today,
            "urged_from": self.today,
            "changed_at": self.at,
            # In which it begins: open, waiting for its event, or closed because it was done before.
            "state": life.WAITING if planned.waits_for else life.EXCUSED if done else life.OPEN,
            "waits_for": planned.waits_for,
            "waits_since": self.today if planned.waits_for else None,
            "excuse": DONE_BEFORE if done and not planned.waits_for else "",
            "excuse_reason": "",
            "sequence": 0,
            "row_version": 1,
        }
        self.new.append(row)
        self.made += 1

    def _write_new(self) -> None:
        if self.new:
            _insert(self.new)
            self.new = []
        if self.progress is not None:
            self.progress(self.seen, self.total)

    def _carry_on(self, known: Known, planned: Planned, reworded: bool) -> None:
        """A new version may move the due day or bring back what was dropped: urging begins anew from today.
        Calendars learn of new words, too. What was accepted stays as it was judged."""
        self.kept.add(known.id)
        moved = _moves(known, planned)
        self.moved += moved
        if moved or known.withdrawn:
            change = _Change(True, planned.due if moved else known.due, reopens=known.withdrawn)
            self.changes.setdefault(change, []).append(known.id)
        elif reworded and not known.held:
            self.changes.setdefault(_Change(False, None), []).append(known.id)

    def _withdraw(self) -> int:
        """What no row asks for any longer and is not finished yet."""
        dropped = _dropped(self.existing, self.kept)
        if dropped:
            self.changes[_Change(False, None, drops=True)] = [one.id for one in dropped]
        return len(dropped)

    def _write_changes(self) -> None:
        for change, ids in self.changes.items():
            for begin in range(0, len(ids), BATCH):
                _update(ids[begin : begin + BATCH], change.values(self.today), self.at)
        self._hand_over(one for change, ids in self.changes.items() if change.reopens for one in ids)

    def _hand_over(self, ids: Iterable[int]) -> None:
        """What comes back may have been held by a unit that is over by now."""
        back = set(ids)
        held = [one for found in self.existing.values() for one in found if one.id in back]
        heirs = find_units.holders(db.session, {one.holder_id for one in held}, self.today)
        for one in held:
            if (heirs[one.holder_id] or one.holder_id) != one.holder_id:
                _update([one.id], {"holder_id": heirs[one.holder_id]}, self.at)


class _Change(NamedTuple):
    """What happens to an assignment that goes on or is dropped; the same for many."""

    dated: bool
    due: date | None
    reopens: bool = False
    drops: bool = False

    def values(self, today: date) -> dict[str, Any]:
        if self.drops:
            return {"state": life.EXCUSED, "excuse": WITHDRAWN}
        values: dict[str, Any] = {"due_on": self.due, "urged_from": today} if self.dated else {}
        if self.reopens:
            values |= {"state": life.after(life.EXCUSED, "bring-back"), "excuse": ""}
        return values


def _table() -> Table:
    table = Assignment.__table__
    assert isinstance(table, Table)
    return table


def _insert(rows: Sequence[Mapping[str, Any]]) -> None:
    db.session.execute(insert(_table()), rows)


def _update(ids: Sequence[int], values: Mapping[str, Any], at: datetime) -> None:
    """Calendars see the change, and so does whoever looked at the assignment before."""
    table = _table()
    counted = {"sequence": table.c.sequence + 1, "row_version": table.c.row_version + 1, "changed_at": at}
    db.session.execute(update(table).where(table.c.id.in_(ids)).values(**values, **counted))


Existing = dict[tuple[int, str], list[Known]]


def forecast(draft: Draft) -> Forecast:
    """What publishing the draft would do, by the same comparison; nothing is written."""
    existing = _existing(draft.plan.id)
    tasks = live_tasks(draft.plan.id) if existing else {}
    shut = _shut(draft.plan.id)
    kept: dict[int, bool] = {}
    made = 0
    for prepared, task in laid_out(draft.publishable, tasks):
        live = [one for one in task.timings if one.withdrawn_at is None] if task else []
        timings = [known for _, known in _matched(live, row_timings(prepared.task))]
        if not any(timings):
            made += sum(not shut(prepared, planned) for planned in prepared.planned)
            continue
        for planned, known in _compared(prepared, timings, existing):
            made += not known and not shut(prepared, planned)
            kept |= {one.id: _moves(one, planned) for one in known}
    dropped = _dropped(existing, kept)
    return Forecast(made, len(kept), len(dropped), sum(kept.values()), tuple(dropped))


def _compared(
    prepared: Prepared, timings: Sequence[Timing | None], existing: Existing
) -> Iterator[tuple[Planned, tuple[Known, ...]]]:
    """Each assignment that the row plans, with those that it continues."""
    for (index, period), group in groupby(prepared.planned, key=lambda one: (one.timing, one.period)):
        timing = timings[index]
        there = existing.get((timing.id, period)) if timing else None
        planned = list(group)
        mine = continued([one.unit_id for one in planned], there) if there else {}
        for one in planned:
            yield one, mine.get(one.unit_id, ())


def _moves(known: Known, planned: Planned) -> bool:
    """Whether a version with this due day changes the assignment's; a finished one is not judged anew. Where the
    version says the day that was extended, or none because it awaits an event, what was agreed stays."""
    if known.held:
        return False
    agreed = planned.due in known.extended or (planned.due is None and bool(planned.waits_for and known.due))
    return known.due != planned.due and known.state != life.ACCEPTED and not agreed


def _dropped(existing: Existing, kept: Collection[int]) -> list[Known]:
    every = (one for found in existing.values() for one in found if one.id not in kept)
    return [one for one in every if life.after(one.state, "drop", held=one.held)]


def _existing(plan_id: int, *, lock: bool = False) -> Existing:
    """What is followed already, by timing and period. A lock keeps ticks away until the deed is done."""
    query = select(
        Assignment.id,
        Assignment.timing_id,
        Assignment.unit_id,
        Assignment.holder_id,
        Assignment.period,
        Assignment.due_on,
        Assignment.state,
        and_(Assignment.state == life.EXCUSED, Assignment.excuse == WITHDRAWN),
    ).where(Assignment.plan_id == plan_id)
    found: Existing = {}
    extended = _extended(plan_id)
    since = held_since(db.session)
    for row in db.session.execute(query.with_for_update() if lock else query):
        known = Known(*row, tuple(extended.get(row.id, ())))
        if since(plan_id, known.timing_id, known.period) is not None:
            known = known._replace(withdrawn=False, held=True)  # its period is closed: it stays as it is
        found.setdefault((known.timing_id, known.period), []).append(known)
    return found


def _shut(plan_id: int) -> Callable[[Prepared, Planned], bool]:
    """Whether what a row plans falls into a period that is closed already: nothing is added to it."""
    shut = closed(db.session, [plan_id])

    def asked(prepared: Prepared, planned: Planned) -> bool:
        label = row_timings(prepared.task)[planned.timing].label or ""
        return shut.on(plan_id, planned.period, label) is not None

    return asked


def _extended(plan_id: int) -> dict[int, list[date | None]]:
    """Assignment → the due days that an agreed extension replaced."""
    query = (
        select(Extension.assignment_id, Extension.before_on)
        .join(Assignment, Assignment.id == Extension.assignment_id)
        .where(Assignment.plan_id == plan_id, Extension.state.in_(AGREED))
    )
    found: dict[int, list[date | None]] = {}
    for assignment_id, before in db.session.execute(query):
        found.setdefault(assignment_id, []).append(before)
    return found


def _matched(
    live: Iterable[Timing], drafts: Iterable[TimingDraft]
) -> list[tuple[TimingDraft, Timing | None]]:
    """Each draft with the live timing that it continues, if there is one."""
    drafts = list(drafts)
    free = list(live)
    found: dict[int, Timing] = {}
    for same in (_same_day, _same_timing):
        for n, draft in enumerate(drafts):
            known = next((one for one in free if n not in found and same(one, draft)), None)
            if known is not None:
                free.remove(known)
                found[n] = known
    return [(draft, found.get(n)) for n, draft in enumerate(drafts)]


def _same_day(timing: Timing, draft: TimingDraft) -> bool:
    return _same_timing(timing, draft) and timing.due == draft.due


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
        completion=prepared.row.completion or "all",
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
        meaning = Meaning.parse(mention.value)
        rows.append(
            Mention(
                part=mention.part,
                ordinal=counts[mention.part],
                text=mention.text,
                unit_id=meaning.id if meaning.kind == "unit" else None,
                group_id=meaning.id if meaning.kind == "group" else None,
                unit_ids=list(mention.unit_ids),
            )
        )
        counts[mention.part] += 1
    return rows
