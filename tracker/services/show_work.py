"""What may be looked at of an assignment: its page; which deeds are open to the actor, its deliverables one by one, the
notes of its progress, who has taken note of it; and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.drafts import codec
from tracker.drafts.model import Offset, Source
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services import following
from tracker.services.assignment_deed import thing_of
from tracker.services.held import Held, held
from tracker.services.recompute import present_due, rules_of, timing_draft
from tracker.services.work import asked_for
from tracker.store.models import (
    Assignment,
    Committee,
    Deliverable,
    Plan,
    PlanVersion,
    Submission,
    TaskVersion,
    Timing,
)
from tracker.store.queries import asking as find_asking
from tracker.store.queries import life as find
from tracker.store.queries import plans as find_plans
from tracker.store.queries import work as find_work
from tracker.store.queries.calendar import calendars
from tracker.store.queries.life import NoteRow, UnseenRow
from tracker.store.queries.rows import FactRow, WorkPage, WorkRow
from tracker.store.queries.taking_part import partner_ids
from tracker.store.queries.units import person_names
from tracker.store.queries.work import Wanted

SEEN_DAYS = 2  # working days, where the committee says nothing else


DEEDS = (
    "see",
    "note",
    "tick",
    "tick-part",
    "take-back",
    "take-back-part",
    "tick-on-behalf",
    "tick-part-on-behalf",
    "accept",
    "return",
    "correct-day",
    "reopen",
    "reopen-to-wait",
    "excuse",
    "event-came",
)


@dataclass(frozen=True)
class PartRow:
    """A deliverable of several; `state` is empty, part, sent or accepted, and `submission_id` what brought it."""

    ordinal: int
    text: str
    state: str
    received_on: date | None = None
    submission_id: int | None = None


@dataclass(frozen=True)
class WorkLife:
    """One assignment as far as it has come, and which deeds of `life` the actor may do now.

    `held` says why nothing changes; `see_by` is the last working day to take note of the work; `counts_from` is
    the distance from the awaited event by which the plan counts the due date.
    """

    may: frozenset[str]
    held: Held | None
    parts: tuple[PartRow, ...]
    notes: tuple[NoteRow, ...]
    seen_on: date | None
    seen_by: str
    see_by: date
    unseen_late: bool
    counts_from: Offset | None
    decisive: date | None

    @property
    def parts_there(self) -> int:
        return sum(bool(one.state) for one in self.parts)


def work_life(actor: Actor, assignment_id: int, *, at: datetime) -> WorkLife:
    """The life of one assignment. Partners see its state and due date only, so nothing of this but `held`."""
    today = vietnam_day(at)
    work = db.session.get(Assignment, assignment_id)
    if work is None:
        raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
    plan = db.session.get_one(Plan, work.plan_id)
    thing = thing_of(work)
    both = replace(thing, unit_ids=thing.unit_ids | {work.unit_id})
    access.need(actor, "work.see-state", both)
    sees = access.may(actor, "work.see", both)
    see_by = _see_by(work)
    people = person_names(db.session, {work.seen_by_id} if work.seen_by_id else set())
    return WorkLife(
        may=deeds_of(actor, work),
        held=held(plan, work),
        parts=_parts(work) if sees else (),
        notes=find.notes(db.session, assignment_id) if sees else (),
        seen_on=work.seen_on if sees else None,
        seen_by=people.get(work.seen_by_id or 0, ""),
        see_by=see_by,
        unseen_late=work.seen_on is None and work.state in life.LIVE and see_by < today,
        counts_from=timing_draft(work.timing).offset if following.awaits_event(work) else None,
        decisive=next(
            (one.received_on for one in reversed(work.submissions) if one.state in ("sent", "accepted")), None
        ),
    )


def deeds_of(actor: Actor, work: Assignment) -> frozenset[str]:
    """The deeds that the actor may do on this assignment now, by the table, the rights and what it holds."""
    plan = db.session.get_one(Plan, work.plan_id)
    if held(plan, work) is not None:
        return frozenset()
    thing = thing_of(work)
    return frozenset(
        deed
        for deed in DEEDS
        if life.may_be_done(work.state, deed)
        and access.may(actor, life.DEEDS[deed].right, thing)
        and _fits(deed, work)
    )


def _fits(deed: str, work: Assignment) -> bool:
    """Whether the work holds what the deed is about, beyond its state."""
    if deed in ("tick-part", "tick-part-on-behalf"):
        return bool(asked_for(work))
    if deed == "take-back-part":
        return any(one.state == "part" for one in work.submissions)
    if deed == "event-came":
        return following.awaits_event(work)
    if deed == "reopen-to-wait":
        return bool(work.waits_for) and work.due_on is None and following.can_be_reopened(work)
    return following.can_be_reopened(work) if deed == "reopen" else True


def _parts(work: Assignment) -> tuple[PartRow, ...]:
    if not asked_for(work):
        return ()
    query = (
        select(Deliverable.ordinal, Deliverable.text)
        .join(TaskVersion, TaskVersion.id == Deliverable.task_version_id)
        .where(TaskVersion.task_id == work.task_id)
        .order_by(TaskVersion.plan_version_id, Deliverable.ordinal)
    )
    there, wanted = _there(work), sorted(asked_for(work))
    newest = {row.ordinal: row.text for row in db.session.execute(query)}
    return tuple(_part(ordinal, newest[ordinal], there.get(ordinal)) for ordinal in wanted)


def _part(ordinal: int, text: str, one: Submission | None) -> PartRow:
    return PartRow(ordinal, text, one.state, one.received_on, one.id) if one else PartRow(ordinal, text, "")


def _there(work: Assignment) -> dict[int, Submission]:
    """Deliverable → the submission that brought it."""
    everything = asked_for(work)
    found: dict[int, Submission] = {}
    for one in work.submissions:
        if one.state in ("part", "sent", "accepted"):
            for part in one.parts or everything:
                found.setdefault(part, one)
    return found


# Taking note.


def _seen_days(committee_id: int) -> int:
    committee = db.session.get_one(Committee, committee_id)
    given = committee.settings.get("seen_days", SEEN_DAYS)
    return given if isinstance(given, int) and given > 0 else SEEN_DAYS


def _see_by(work: Assignment) -> date:
    calendar = rules_of(db.session, work.committee_id).calendar
    return calendar.plus(work.urged_from, _seen_days(work.committee_id))


def unseen(actor: Actor, committee_id: int, *, at: datetime) -> tuple[UnseenRow, ...]:
    """Chưa tiếp nhận: units whose time to take note of their work is over, the longest waiting first."""
    access.need(actor, "dashboard.see", Thing(committee_id))
    today = vietnam_day(at)
    calendar, days = calendars(db.session)(committee_id), _seen_days(committee_id)
    found = find.unseen(db.session, today, committee_id=committee_id)
    until = {since: calendar.plus(since, days) for since in {row.since for row in found}}
    return tuple(row for row in found if until[row.since] < today)


def new_work(actor: Actor, unit_id: int, *, at: datetime) -> tuple[UnseenRow, ...]:
    """What the actor's unit has not taken note of yet, plan by plan."""
    if not access.may(actor, "work.acknowledge", Thing(unit_ids=frozenset({unit_id}))):
        return ()
    return tuple(find.unseen(db.session, vietnam_day(at), holders=[unit_id]))


def work_page(actor: Actor, assignment_id: int, *, at: datetime) -> WorkPage:
    """One assignment. Partners see its state and due date only."""
    today = vietnam_day(at)
    row = next(iter(find_work.rows(db.session, Wanted(ids=[assignment_id]), today)), None)
    if row is None:
        raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
    thing = Thing(
        row.committee_id,
        row.coordinator_id,
        frozenset({row.holder_id, row.unit_id}),
        partner_ids(db.session, row.task_id) | find_asking.awaited(db.session, [row.id]),
    )
    access.need(actor, "work.see-state", thing)
    sees = access.may(actor, "work.see", thing)
    task, version = _worded(row.task_id)
    source = codec.source_from_json(task.source) if task.source else None
    timing = db.session.get(Timing, row.timing_id)
    assignment = db.session.get(Assignment, assignment_id)
    assert timing is not None
    assert assignment is not None
    return WorkPage(
        row=row,
        accountable=task.accountable,
        recipient=task.recipient,
        source=source,
        spans=_spans_of(task),
        source_block=version.blocks[source.block] if source and source.block < len(version.blocks) else "",
        submissions=find_work.submissions(db.session, assignment_id) if sees else (),
        facts=_facts(row) if sees else (),
        letters=find_plans.letters_about(db.session, assignment_id) if sees else (),
        printed=_printed(timing, row.due_on),
        sees_evidence=sees,
        siblings=tuple(_siblings(row, today)) if row.work.state in ("open", "waiting") else (),
        bundled=tuple(_bundled(row, today)) if row.work.state == "submitted" and sees else (),
        due=present_due(assignment, timing_draft(timing), rules_of(db.session, row.committee_id)),
    )


def _siblings(row: WorkRow, today: date) -> Iterable[WorkRow]:
    """Open lines of the same task, timing and period that the same unit holds, as it inherited them."""
    for other in find_work.rows(db.session, Wanted(tasks=[row.task_id], holders=[row.holder_id]), today):
        same = (other.timing_id, other.period) == (row.timing_id, row.period) and other.id != row.id
        if same and other.work.state in ("open", "waiting"):
            yield other


def _bundled(row: WorkRow, today: date) -> Iterable[WorkRow]:
    """Lines of the same unit that were ticked together with this one, and are not decided yet."""
    if not row.bundle:
        return ()
    others = find_work.rows(
        db.session, Wanted(tasks=[row.task_id], holders=[row.holder_id], states=["submitted"]), today
    )
    return (one for one in others if one.bundle == row.bundle and one.id != row.id)


def _printed(timing: Timing | None, due: date | None) -> date | None:
    """The day as printed for this period; None where it is the due day itself."""
    if timing is None or timing.printed is None or timing.due is None or due is None:
        return None
    return due + (timing.printed - timing.due)


def _worded(task_id: int) -> tuple[TaskVersion, PlanVersion]:
    """The task as its newest version words it, and that version of the plan."""
    query = (
        select(TaskVersion, PlanVersion)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(TaskVersion.task_id == task_id)
        .order_by(PlanVersion.ordinal.desc())
    )
    found = db.session.execute(query).first()
    if found is None:
        raise NotFound("Không tìm thấy nhiệm vụ này.")
    return found


def _spans_of(task: TaskVersion) -> dict[str, tuple[Source, ...]]:
    """Where each field was read."""
    return {name: tuple(codec.source_from_json(one) for one in found) for name, found in task.spans.items()}


def _facts(row: WorkRow) -> tuple[FactRow, ...]:
    own = find_plans.facts(db.session, thing="assignment", thing_id=row.id)
    found = own + find_plans.publishing_facts(db.session, row.plan_id)
    return tuple(sorted(found, key=lambda fact: fact.at, reverse=True))
