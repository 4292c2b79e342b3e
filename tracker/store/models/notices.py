"""The outbox: letters to be sent, which steps each of them covers, and the runs of the sweep."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.models.types import Model, UtcDateTime


class Letter(Model):
    """One mail to one person. `state` is waiting, claimed, sent, failed (a try is left), dead or withdrawn.

    `key` makes a second one impossible ("digest:17:2026-05-12"). The text is made when the row is claimed,
    from the state of that moment, and frozen here; a retry sends the same bytes under the same Message-ID.
    """

    __table_args__ = (Index("ix_letter_state_next_try_at", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    day: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    subject: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(200), default="")
    claim_token: Mapped[str] = mapped_column(String(40), default="", index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    notices: Mapped[list[Notice]] = relationship(back_populates="letter", cascade="all, delete-orphan")


class Notice(Model):
    """A step of the ladder that was decided for one person and one due date of an assignment, once."""

    __table_args__ = (UniqueConstraint("assignment_id", "person_id", "step", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    letter: Mapped[Letter] = relationship(back_populates="notices")


class SweepRun(Model):
    """One run of the sweep: when, and what it did."""

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    collected: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
