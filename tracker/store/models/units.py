"""Units, how they are named over time, what follows them, groups, and the spellings that mean them.

A reorganisation (`UnitChange`) is one deed with what it did: versions, successions and the work that it handed
over; that is enough to undo it within its day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.models.types import JsonColumn, Model, UtcDateTime


class Unit(Model):
    """An office. Its name, kind and place are in its versions; `code` is the committee's own key for imports.

    A `courtesy` unit is asked, not ordered.
    """

    __table_args__ = (UniqueConstraint("committee_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    courtesy: Mapped[bool] = mapped_column(default=False)
    mailbox: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    versions: Mapped[list[UnitVersion]] = relationship(
        back_populates="unit",
        foreign_keys="UnitVersion.unit_id",
        order_by="UnitVersion.ordinal",
        cascade="all, delete-orphan",
    )


class UnitVersion(Model):
    """What a unit is called and where it stands between two dates (`valid_to` is the last day; None is open).

    `kind` is committee, office, commune, agency (cơ quan ngành dọc), organisation (đoàn thể) or other; `level`
    is province, district, commune or empty.
    """

    __table_args__ = (UniqueConstraint("unit_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(20), default="other")
    level: Mapped[str] = mapped_column(String(20), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="versions", foreign_keys=[unit_id])


class UnitChange(Model):
    """A reorganisation that a person carried out: renamed, moved, merged, split or abolished, from a day on.

    `before` is what undoing puts back (ids and values of the rows that it touched). Undone, it stays as a row
    with `undone_at`, and its successions and hand-overs are gone.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    effective_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(300), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UnitSuccession(Model):
    """From a day on, `successor` carries on for `unit`. `kind` is renamed, merged, split, moved or abolished.

    A split names the `function` (field of work) that goes to this successor; empty is everything.
    """

    __table_args__ = (UniqueConstraint("unit_id", "successor_id", "effective_on", "function"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int | None] = mapped_column(ForeignKey("unit_change.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    function: Mapped[str] = mapped_column(String(200), default="")
    effective_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(300), default="")


class HandOver(Model):
    """Bàn giao: one open assignment that a reorganisation gave another holder, and why."""

    __table_args__ = (UniqueConstraint("change_id", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("unit_change.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")


class UnitGroup(Model):
    """Nhóm đơn vị: by rule or, without a rule, by its list of members; `exceptions` are unit ids left out.

    A rule holds any of `kind`, `level`, `place` and `parent_id`; a unit must meet all that it says.
    """

    __table_args__ = (UniqueConstraint("committee_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    rule: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    exceptions: Mapped[list[int]] = mapped_column(JsonColumn, default=list)

    members: Mapped[list[UnitGroupMember]] = relationship(cascade="all, delete-orphan")


class UnitGroupMember(Model):
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class Alias(Model):
    """A spelling that means a unit or a group for a committee; `key` is its comparison form.

    `kind` is official, abbreviation, colloquial, old or ocr (empty: not said); `origin` says where it came
    from: import, chosen (by a reviewer) or typed (on the unit's page). One spelling may be on record for an
    office and for its successor: which of them existed on a day decides.
    """

    __table_args__ = (
        UniqueConstraint("committee_id", "key", "unit_id"),
        UniqueConstraint("committee_id", "key", "group_id"),
        Index("ix_alias_committee_id_key", "committee_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    key: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(20), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"), index=True)
    origin: Mapped[str] = mapped_column(String(20))


class Contact(Model):
    """Where a unit is reached beside its mailbox: head, deputy or named officer (`duty`), with or without an
    account here (`person_id`)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    duty: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class Feed(Model):
    """A unit's secret calendar address. Only a digest of the token is kept; the token itself is derived.

    Revoking sets `revoked_at`; a new feed gets a new nonce and so a new address.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
