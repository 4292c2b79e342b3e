"""Plans, their versions, the rows under review, and the tasks and timings that publishing makes of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from tracker.store.models.types import JsonColumn, Model, UtcDateTime


class StoredFile(Model):
    """A file as it came in. It lives in the database, so that it is kept or lost together with its row."""

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))


class Plan(Model):
    """Kế hoạch: one identity across its versions. `coordinator_id` is the unit that follows it up. `ending` is
    closed (kết thúc) or withdrawn (bãi bỏ) once it is over; nothing of it changes then."""

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    leave_out_responsibilities: Mapped[bool] = mapped_column(default=False)
    ending: Mapped[str] = mapped_column(String(12), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ending_reason: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    versions: Mapped[list[PlanVersion]] = relationship(
        back_populates="plan", order_by="PlanVersion.ordinal", cascade="all, delete-orphan"
    )


class PlanVersion(Model):
    """One issue of a plan. `state` is draft, published or superseded.

    `head` is the whole reading of the head as JSON; the columns are what pages and counts need of it.
    `row_version` rises with every change under review, so that two reviewers do not overwrite each other.
    """

    __table_args__ = (UniqueConstraint("plan_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    ordinal: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    number: Mapped[str] = mapped_column(String(100), default="")
    title: Mapped[str] = mapped_column(Text, default="")
    issuer: Mapped[str] = mapped_column(String(300), default="")
    issued_on: Mapped[str] = mapped_column(String(10), default="")
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    head: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    blocks: Mapped[list[str]] = mapped_column(JsonColumn, default=list)
    leftover: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn, default=list)
    lint: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn, default=list)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    plan: Mapped[Plan] = relationship(back_populates="versions")
    rows: Mapped[list[DraftRow]] = relationship(
        back_populates="plan_version", order_by="DraftRow.position", cascade="all, delete-orphan"
    )
    file: Mapped[StoredFile | None] = relationship()


class DraftRow(Model):
    """One drafted row under review.

    `data` is the `TaskDraft` as JSON; `decision` is open, right or rejected; `origin` read or added.
    `choices` maps a mention to what was picked for it ("unit:12", "group:3", "none"); `overruled` maps a
    doubt's code to the reason why it does not hold the publishing back; `past` maps a period that is over
    already ("1:2024-H1", ordinal of the timing and period) to done or open; `task_id` is the task that
    this row continues or has become; `completion` says when a group has done its part: all, any or a number.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    position: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    decision: Mapped[str] = mapped_column(String(10), default="open")
    origin: Mapped[str] = mapped_column(String(10), default="read")
    choices: Mapped[dict[str, str]] = mapped_column(JsonColumn, default=dict)
    overruled: Mapped[dict[str, str]] = mapped_column(JsonColumn, default=dict)
    past: Mapped[dict[str, str]] = mapped_column(JsonColumn, default=dict)
    completion: Mapped[str] = mapped_column(String(10), default="all")
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))

    plan_version: Mapped[PlanVersion] = relationship(back_populates="rows")


class Task(Model):
    """Nhiệm vụ: one identity across the plan's versions. `withdrawn_at` is set when a version drops it, when it is
    split (its parts say so by `split_from_id`) or when it is merged into another one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))

    versions: Mapped[list[TaskVersion]] = relationship(
        back_populates="task", order_by="TaskVersion.id", cascade="all, delete-orphan"
    )
    timings: Mapped[list[Timing]] = relationship(
        back_populates="task", order_by="Timing.ordinal", cascade="all, delete-orphan"
    )


class TaskVersion(Model):
    """A task as one version of its plan words it. `completion` says when its units together have done their
    part: all of them, any, or that many."""

    __table_args__ = (UniqueConstraint("task_id", "plan_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    position: Mapped[int]
    path: Mapped[list[str]] = mapped_column(JsonColumn, default=list)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(Text, default="")
    accountable: Mapped[str] = mapped_column(Text, default="")
    completion: Mapped[str] = mapped_column(String(10), default="all")
    source: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    spans: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)

    task: Mapped[Task] = relationship(back_populates="versions")
    mentions: Mapped[list[Mention]] = relationship(order_by="Mention.ordinal", cascade="all, delete-orphan")
    deliverables: Mapped[list[Deliverable]] = relationship(
        order_by="Deliverable.ordinal", cascade="all, delete-orphan"
    )


class Mention(Model):
    """A unit or group as the version names it, in one part (lead or partner), and whom it was taken to mean."""

    __table_args__ = (UniqueConstraint("task_version_id", "part", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"), index=True)
    part: Mapped[str] = mapped_column(String(10))
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"))
    unit_ids: Mapped[list[int]] = mapped_column(JsonColumn, default=list)


class Deliverable(Model):
    """Sản phẩm: what must come out of a task."""

    __table_args__ = (UniqueConstraint("task_version_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"), index=True)
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Timing(Model):
    """Thời hạn: one due date or cycle of a task; `ordinal` is its stable key inside the task.

    A task without words about time has one timing without text, so that every assignment has one.
    """

    __table_args__ = (UniqueConstraint("task_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    label: Mapped[str] = mapped_column(String(200), default="")
    start: Mapped[date | None]
    due: Mapped[date | None]
    every: Mapped[str] = mapped_column(String(20), default="")
    ongoing: Mapped[bool] = mapped_column(default=False)
    awaits: Mapped[str] = mapped_column(Text, default="")
    bound: Mapped[str] = mapped_column(String(10), default="")
    printed: Mapped[date | None]
    offset: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    soft: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    task: Mapped[Task] = relationship(back_populates="timings")
