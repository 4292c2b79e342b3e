"""Assignments and what happens to them: submissions with evidence, progress, waits, requests, and the log of facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.models.plans import StoredFile, Task, Timing
from tracker.store.models.types import JsonColumn, JsonObject, Model, UtcDateTime


class Assignment(Model):
    """Việc của đơn vị: timing × unit × period. The key never changes; `holder_id` moves with succession.

    `state` is open, submitted, accepted, waiting or excused. `urged_from` is the day from which steps of the
    ladder may be owed (publishing, reopening or the present due date); `done_on` is the Vietnam date of the
    submission that was accepted; `sequence` counts the changes that a calendar must see. `seen_on` is the day on
    which the holder said that it has taken note of the work (đã tiếp nhận). `published_on` is the day on which a
    version of the plan asked for it first: those who are to do it are told. It is None where a cycle goes on by itself.
    """

    __table_args__ = (
        UniqueConstraint("task_id", "timing_id", "unit_id", "period"),
        Index("ix_assignment_state_due_on", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    timing_id: Mapped[int] = mapped_column(ForeignKey("timing.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    period: Mapped[str] = mapped_column(String(20))
    holder_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    due_on: Mapped[date | None]
    first_due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12), default="open")
    waits_for: Mapped[str] = mapped_column(Text, default="")
    waits_since: Mapped[date | None]
    excuse: Mapped[str] = mapped_column(String(40), default="")
    excuse_reason: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[date | None]
    seen_on: Mapped[date | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_on: Mapped[date | None] = mapped_column(index=True)
    urged_from: Mapped[date]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 (SQLAlchemy reads it as it is)

    task: Mapped[Task] = relationship()
    timing: Mapped[Timing] = relationship()
    submissions: Mapped[list[Submission]] = relationship(
        back_populates="assignment", order_by="Submission.id", cascade="all, delete-orphan"
    )


class Submission(Model):
    """One tick. `received_on` is the day that counts; `via` says how it came when recorded on behalf of a unit
    (paper, phone, system), else it is empty. `state` is sent, accepted, returned or withdrawn; a tick of some of
    several deliverables is part until the last one makes a whole submission. `parts` are the ordinals of the
    deliverables that it covers (none: all). Ticks that were made together, with the same evidence for several
    inherited lines, share a `bundle`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_on: Mapped[date]
    via: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="sent")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    form_only: Mapped[bool] = mapped_column(default=False)
    parts: Mapped[list[int]] = mapped_column(JsonColumn, default=list)
    bundle: Mapped[str] = mapped_column(String(40), default="")

    assignment: Mapped[Assignment] = relationship(back_populates="submissions")
    evidence: Mapped[list[Evidence]] = relationship(order_by="Evidence.id", cascade="all, delete-orphan")


class Evidence(Model):
    """Minh chứng: a document's number, symbol and date, or a file, or a link."""

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[str] = mapped_column(String(40), default="")
    symbol: Mapped[str] = mapped_column(String(80), default="")
    dated_on: Mapped[date | None]
    link: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile | None] = relationship()


class ProgressNote(Model):
    """Tình hình: how far the work is, in words, percent (0 to 100) and what stands in its way. `covers` names the
    period that it was given for, where a report date asked for it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    covers: Mapped[str] = mapped_column(String(20), default="")
    percent: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
    obstacle: Mapped[str] = mapped_column(Text, default="")


class Wait(Model):
    """Chờ: from `since` on the work waits for a unit, or for an event where there is none. It ends on `ended_on`,
    when somebody says so or `until` is over; the days between are the wait's, not the holder's."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[date]
    until: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(Text, default="")


class HandBack(Model):
    """Trả lại việc giao nhầm: the holder says that the work is not its own. `state` is asked, agreed, refused or
    withdrawn; agreed, it goes to `to_id`, or nobody has to do it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    suggested_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")


class Explanation(Model):
    """Yêu cầu giải trình: a leader or coordinator asks the holder, with a date of its own; the answer stays."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    question: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PeriodClosing(Model):
    """Chốt kỳ: from `closed_at` on nothing of this plan's period changes, until it is opened again with a reason.
    `figures` are those of that day."""

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    period: Mapped[str] = mapped_column(String(20))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class Extension(Model):
    """Gia hạn: `state` is asked, then agreed, refused or offered (another date, `offered_on`); an offer is taken or
    declined; what nobody decided yet can be withdrawn. `before_on` is the due day that it was asked against."""

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    before_on: Mapped[date | None]
    wanted_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    offered_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Fact(Model):
    """Nhật ký: who did what, when, before and after. Names persons by id only; written once."""

    __table_args__ = (Index("ix_fact_thing", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deed: Mapped[str] = mapped_column(String(40))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[int]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JsonObject, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JsonObject, default=dict)
