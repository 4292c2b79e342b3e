"""Committees, people, the roles that people hold in units, and who acts for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.models.types import JsonColumn, Model, UtcDateTime


class Committee(Model):
    """Cơ quan dùng hệ thống: a People's Committee or Sở with its units, settings, ladder and aliases."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300), unique=True)
    short_name: Mapped[str] = mapped_column(String(100), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    demonstration: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Person(Model):
    """Somebody who logs in or gets mail. `session_epoch` rises when every session of theirs must end.

    Since `reminders_off_at` they want no digest of what is not late yet; `wants_calendar` asks for an .ics in each
    digest. `bounced_at` and `bounce`: the last letter to `email` came back; both end with another address or a
    letter that arrives. `seen_on` is the last day on which they looked at a page.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminders_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wants_calendar: Mapped[bool] = mapped_column(default=False)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce: Mapped[str] = mapped_column(Text, default="")
    seen_on: Mapped[date | None]

    roles: Mapped[list[Role]] = relationship(back_populates="person", cascade="all, delete-orphan")


class Role(Model):
    """What a person is in a committee (and, for head, officer and coordinator, in one of its units).

    `admin` is the only role without a committee.
    """

    __table_args__ = (UniqueConstraint("person_id", "role", "committee_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="roles")


class Absence(Model):
    """Vắng mặt: between two dates (both belong to it) `deputy` acts for `person`, in one unit or in all."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300), default="")
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginFailure(Model):
    """One refused log-in; enough of them in a short time close the door for a while, for all processes."""

    __table_args__ = (Index("ix_login_failure_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
