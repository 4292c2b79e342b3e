"""The frozen rows that queries return: everything a door may know of memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.deadlines.due import Due
from tracker.drafts.model import Doubt, PlanHead, Source, TaskDraft
from tracker.progress.asking import Asked
from tracker.progress.counts import Rate, Tally
from tracker.progress.standing import Standing, Work
from tracker.vietnamese.paths import path_text


@dataclass(frozen=True)
class UnitRow:
    """A unit as it is called on a day."""

    id: int
    committee_id: int
    code: str
    kind: str
    courtesy: bool
    mailbox: str
    name: str
    short_name: str
    place: str
    parent_id: int | None = None
    level: str = ""


@dataclass(frozen=True)
class GroupRow:
    """A group and the units that it means on a day: by its `rule`, or without one by the `members` that are
    listed, less the `exceptions`."""

    id: int
    name: str
    unit_ids: tuple[int, ...]
    rule: Mapping[str, Any] | None = None
    members: tuple[int, ...] = ()
    exceptions: tuple[int, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleRow:
    role: str
    committee_id: int | None
    unit_id: int | None
    unit_name: str
    acting_for: str = ""
    """The name of the absent person whose role this is today."""


@dataclass(frozen=True)
class PersonRow:
    id: int
    name: str
    email: str
    phone: str
    active: bool
    can_log_in: bool
    roles: tuple[RoleRow, ...]
    away_until: date | None = None
    bounced_at: datetime | None = None
    """Since when mail to the address comes back."""


@dataclass(frozen=True)
class PlanRow:
    """A plan in lists. `state` is draft or published, `ending` closed or withdrawn once it is over; `tally` counts
    task × timing × period, `assignments` the assignments beside it."""

    id: int
    version_id: int
    committee_id: int
    coordinator_id: int
    coordinator_name: str
    state: str
    number: str
    title: str
    issuer: str
    issued_on: str
    period_start: date | None
    period_end: date | None
    file_id: int | None
    file_name: str
    created_at: datetime
    published_at: datetime | None
    tasks: int = 0
    units: int = 0
    unassigned: int = 0
    doubts: int = 0
    tally: Tally = field(default_factory=Tally)
    assignments: Tally = field(default_factory=Tally)
    ending: str = ""
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it: its number, or its title where it has none yet."""
        return self.number or self.title


@dataclass(frozen=True)
class EvidenceRow:
    """`kind` is document, file or link."""

    kind: str
    text: str
    number: str
    symbol: str
    dated_on: date | None
    link: str
    file_id: int | None
    file_name: str
    file_size: int


@dataclass(frozen=True)
class SubmissionRow:
    """One tick. `via` is empty, or paper, phone, system when recorded on behalf of the unit; `parts` are the
    ordinals of the deliverables that it covers, none means all."""

    id: int
    person_name: str
    submitted_at: datetime
    received_on: date
    via: str
    note: str
    state: str
    decided_by: str
    decided_at: datetime | None
    reason: str
    form_only: bool
    evidence: tuple[EvidenceRow, ...]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class FactRow:
    """A line of history. `deed` is a code of the services (published, ticked, accepted, returned …);
    letters appear as `notified`."""

    at: datetime
    actor_name: str
    deed: str
    before: dict[str, object]
    after: dict[str, object]


@dataclass(frozen=True)
class LastNote:
    """What lists show of an assignment's notes: the last percent that was told, and what is in its way now."""

    percent: int | None
    obstacle: str


@dataclass(frozen=True)
class WorkRow:
    """An assignment with what a list shows of it. `leading` units have the same task for the same period,
    where one row speaks for all of them; `completion` says when these have done it: all, any or a number.
    Lines that one tick closed together share a `bundle`. `parts_there` are the deliverables that came in while others
    are still lacking."""

    id: int
    committee_id: int
    plan_id: int
    plan_number: str
    plan_title: str
    coordinator_id: int
    coordinator_name: str
    task_id: int
    timing_id: int
    path: tuple[str, ...]
    kind: str
    title: str
    period: str
    timing_label: str
    timing_text: str
    start_on: date | None
    unit_id: int
    unit_name: str
    holder_id: int
    holder_name: str
    deliverables: tuple[str, ...]
    partners: tuple[str, ...]
    work: Work
    standing: Standing
    waits_for: str
    excuse: str
    excuse_reason: str
    returned_reason: str
    returned_on: date | None
    last_evidence: str
    sequence: int
    changed_at: datetime
    row_version: int
    leading: int = 1
    completion: str = "all"
    bundle: str = ""
    note: LastNote | None = None
    parts_there: frozenset[int] = frozenset()
    asked: Asked | None = None
    """The report for which ongoing work is asked about next, where the list tells it."""

    @property
    def due_on(self) -> date | None:
        return self.work.due_on

    @property
    def plan_name(self) -> str:
        return self.plan_number or self.plan_title

    @property
    def path_text(self) -> str:
        return path_text(self.path)


@dataclass(frozen=True)
class WorkPage:
    """One assignment with its source sentence, submissions and history; which deeds are open is told beside it."""

    row: WorkRow
    accountable: str
    recipient: str
    source: Source | None
    spans: dict[str, tuple[Source, ...]]
    source_block: str
    submissions: tuple[SubmissionRow, ...]
    facts: tuple[FactRow, ...]
    letters: tuple[NoticeRow, ...]
    printed: date | None
    sees_evidence: bool
    siblings: tuple[WorkRow, ...] = ()
    bundled: tuple[WorkRow, ...] = ()
    """Other lines that were ticked together with this one and wait for acceptance with it."""
    due: Due | None = None


@dataclass(frozen=True)
class UnitWork:
    """Việc của đơn vị: groups in order of urgency, each (code, rows); empty ones are left out.

    Codes: overdue, today, week, month, soon (30 days), later, waiting, undated, submitted, done."""

    unit: UnitRow
    today: date
    tally: Tally
    groups: tuple[tuple[str, tuple[WorkRow, ...]], ...]
    partner_rows: tuple[WorkRow, ...]
    plans: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Turn:
    """One timing and period of a task: how its assignments stand that the visitor sees, and how many `lines` these
    are."""

    tally: Tally
    lines: int


@dataclass(frozen=True)
class TaskRow:
    """A task on the plan page with its assignments. `unassigned` is *chưa giao*; `units` lead it, and
    `completion` says when these have done it: all, any or a number. It was given to `given` units (0 where the
    visitor does not see them all). Of a task with very many lines `assignments` are the most urgent of each of
    its `turns` (timing, period); all `lines` have a page of their own. A task that is
    `gone` was split or merged: what is shown of it is finished."""

    id: int
    path: tuple[str, ...]
    path_text: str
    kind: str
    title: str
    leads: tuple[str, ...]
    partners: tuple[str, ...]
    deliverables: tuple[str, ...]
    timings: tuple[str, ...]
    recipient: str
    sentence: str
    unassigned: bool
    worst: Standing | None
    tally: Tally
    assignments: tuple[WorkRow, ...]
    completion: str = "all"
    units: int = 0
    given: int = 0
    lines: int = 0
    turns: Mapping[tuple[int, str], Turn] = field(default_factory=dict)
    gone: bool = False


@dataclass(frozen=True)
class TaskLines:
    """The lines of one task that were asked for, one page of them: `found` of `tally.every`."""

    plan: PlanRow
    task: TaskRow
    tally: Tally
    rows: tuple[WorkRow, ...]
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class Section:
    """Tasks under one heading of the plan: `label` II.1, `heading` its words."""

    label: str
    heading: str
    tasks: tuple[TaskRow, ...]
    tally: Tally


@dataclass(frozen=True)
class PlanPage:
    plan: PlanRow
    head: PlanHead
    sections: tuple[Section, ...]
    blocks: tuple[str, ...]
    facts: tuple[FactRow, ...]
    may_review: bool
    whole: bool = True
    """Whether the visitor sees the assignments of every unit."""
    asking: tuple[AskedOn, ...] = ()
    """When ongoing work of those that the visitor sees is asked about next."""
    sees_periods: bool = False


@dataclass(frozen=True)
class AskedOn:
    """Ongoing work that is asked about before the report of one day: how many pieces, how many were told of."""

    by: date
    works: int
    told: int


@dataclass(frozen=True)
class Choice:
    """An answer to who is meant: `value` is "unit:12", "group:3" or "none"; `score` is how near its name is to
    the mention (0 to 100), where it was asked."""

    value: str
    name: str
    units: int
    score: float = 0


@dataclass(frozen=True)
class MentionRow:
    """A lead or partner of a drafted row and whom it is taken to mean; `value` is empty while nobody is.

    `now` is the unit that carries on for the one that was meant, where that one is over. `whole` are the units
    that may be left out or taken back one by one: those of the group before the row's own exceptions.
    """

    part: str
    text: str
    value: str
    name: str
    unit_ids: tuple[int, ...]
    choices: tuple[Choice, ...]
    now: str = ""
    whole: tuple[int, ...] = ()

    @property
    def units(self) -> int:
        return len(self.unit_ids)


@dataclass(frozen=True)
class PastPeriod:
    """A period that is over already: `key` names it, `choice` is done, open or empty (not chosen yet)."""

    key: str
    row_id: int
    path_text: str
    title: str
    period: str
    due: date
    units: int
    choice: str


@dataclass(frozen=True)
class ReviewRow:
    """A drafted row: `blocking` are the doubts that hold publishing back and are not overruled; `completion`
    says when its leading units have done it: all, any or a number."""

    id: int
    position: int
    task: TaskDraft
    path_text: str
    decision: str
    origin: str
    mentions: tuple[MentionRow, ...]
    doubts: tuple[Doubt, ...]
    blocking: tuple[Doubt, ...]
    overruled: dict[str, str]
    completion: str = "all"
    leading: int = 0

    @property
    def clear(self) -> bool:
        """Nothing is left to look at."""
        return self.decision == "right" or not self.doubts


@dataclass(frozen=True)
class HeirRow:
    """A unit that a draft means and that is over: its name then, who carries on `now`, and how many assignments."""

    name: str
    now: str
    assignments: int


@dataclass(frozen=True)
class DroppedRow:
    """Work of one task and period that publishing would withdraw, with the units that do it now."""

    title: str
    period: str
    due: date | None
    units: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """The review page: the document, the drafted rows, what is left over, and what publishing would do.

    `lint` are the doubts about the whole reading; `replaces` is the number of the version that this one would
    take the place of, empty for a first version; `moved_assignments` of those kept get a new due day.
    `units` are those that can be chosen, by id; names are meant as of `day`.
    """

    plan: PlanRow
    version_id: int
    row_version: int
    head: PlanHead
    blocks: tuple[str, ...]
    leftover: tuple[Source, ...]
    lint: tuple[Doubt, ...]
    rows: tuple[ReviewRow, ...]
    choices: tuple[Choice, ...]
    past: tuple[PastPeriod, ...]
    past_unchosen: int
    leave_out_responsibilities: bool
    new_assignments: int
    withdrawn_assignments: int
    kept_assignments: int
    moved_assignments: int
    replaces: str
    unassigned: int
    undated: int
    waiting: int
    heirs: tuple[HeirRow, ...] = ()
    dropped: tuple[DroppedRow, ...] = ()
    units: Mapping[int, UnitRow] = field(default_factory=dict)
    day: date | None = None

    @property
    def inherited(self) -> int:
        """Assignments of units that are over, which their successors will do."""
        return sum(one.assignments for one in self.heirs)

    @property
    def blocked(self) -> bool:
        return self.past_unchosen > 0 or any(row.blocking for row in self.rows)


@dataclass(frozen=True)
class Cell:
    """Plan × unit."""

    plan_id: int
    unit_id: int
    tally: Tally


@dataclass(frozen=True)
class MatrixRow:
    """A unit that holds work; `ended` where it is no more and only its old work is left."""

    unit: UnitRow
    cells: tuple[Cell | None, ...]
    total: Tally
    ended: bool = False


@dataclass(frozen=True)
class Coming:
    """The same work that comes due on the same day in so many units, said once by one of them."""

    row: WorkRow
    units: int


@dataclass(frozen=True)
class Matrix:
    """Theo dõi: all plans × units. `sections` are (kind of unit, rows). Of what is `coming` and `to_accept` (there
    are `accepting` of them) the first ones are shown."""

    today: date
    plans: tuple[PlanRow, ...]
    sections: tuple[tuple[str, tuple[MatrixRow, ...]], ...]
    feet: tuple[Tally, ...]
    total: Tally
    weeks: tuple[tuple[date, date, int], ...]
    coming: tuple[Coming, ...]
    to_accept: tuple[WorkRow, ...]
    accepting: int


@dataclass(frozen=True)
class NoticeRow:
    """A letter beside the work that it told of."""

    id: int
    kind: str
    person_name: str
    address: str
    day: date
    state: str
    subject: str
    tries: int
    answer: str
    created_at: datetime
    next_try_at: datetime
    sent_at: datetime | None
    items: int


@dataclass(frozen=True)
class UnitPage:
    unit: UnitRow
    people: tuple[PersonRow, ...]
    aliases: tuple[str, ...]
    groups: tuple[str, ...]
    versions: tuple[tuple[str, date | None, date | None], ...]
    tally: Tally | None
    rate: Rate | None
    feed_url: str
    may_renew_feed: bool
