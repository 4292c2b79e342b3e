"""Ladders, the outbox (letters and which steps each of them covers), what came back, and the runs of the sweep."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.letters import Channel, State
from tracker.store.models.types import JsonColumn, Model, UtcDateTime


class LadderRule(Model):
    """A ladder for part of a committee's work: all of it, a kind of task, a plan, a kind of task in a plan, or one
    task (`scope`: "committee", "kind:report", "plan:5", "plan:5:report", "task:12"). The closest one holds.

    `ladder` is what `tracker.deadlines.ladder` reads: steps, and the rhythm for what stays overdue.
    """

    __table_args__ = (UniqueConstraint("committee_id", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    scope: Mapped[str] = mapped_column(String(60))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="")
    ladder: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Letter(Model):
    """One message to one person, or to a committee's webhook. `kind`, `channel` and `state` are those of
    `tracker.letters`.

    `key` makes a second one impossible ("digest:17:2026-05-12"). The text is made when the row is claimed, from the
    state of that moment, and frozen here with all that the mail says of itself; a retry sends the same bytes under
    the same Message-ID. A digest with `weekly` also holds the summary of the week. `bounced_at` and `bounce`: what
    came back later.
    """

    __table_args__ = (Index("ix_letter_state_next_try_at", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10), default=Channel.MAIL)
    address: Mapped[str] = mapped_column(String(500))
    day: Mapped[date]
    weekly: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=State.WAITING)
    subject: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(200), default="")
    sender: Mapped[str] = mapped_column(String(254), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    unsubscribe: Mapped[str] = mapped_column(String(500), default="")
    calendar: Mapped[str] = mapped_column(Text, default="")
    claim_token: Mapped[str] = mapped_column(String(40), default="", index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce: Mapped[str] = mapped_column(Text, default="")

    notices: Mapped[list[Notice]] = relationship(back_populates="letter", cascade="all, delete-orphan")


class Notice(Model):
    """What was decided to be told to one person of an assignment, once: a step of its ladder (a number of days) for one
    due date, or a word (`published`, `returned-12`) with the day that it is about."""

    __table_args__ = (UniqueConstraint("assignment_id", "person_id", "step", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    letter: Mapped[Letter] = relationship(back_populates="notices")


class LinkOpening(Model):
    """Somebody moved or pressed something on the page that a letter's link leads to; once for each link. A mere look
    (mail scanners fetch every address) is not written down."""

    __table_args__ = (UniqueConstraint("letter_id", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecipientProposal(Model):
    """Who else should get a unit's reminders, as somebody who turned theirs off proposes; the manager settles it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Webhook(Model):
    """A committee's address that is told each working day what is owed, as JSON. Its secret is derived (as the
    tokens of feeds are), so that only `nonce` is kept."""

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    nonce: Mapped[str] = mapped_column(String(64))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SweepRun(Model):
    """One run of the sweep: when, what it did, and what the dead-man address answered (`alarm`)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    collected: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    alarm: Mapped[str] = mapped_column(Text, default="")
