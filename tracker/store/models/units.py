"""Units, how they are named over time, what follows them, groups, and the spellings that mean them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.models.types import JsonColumn, Model, UtcDateTime


class Unit(Model):
    """An office. Its name and place are in its versions; `code` is the committee's own key for imports.

    `kind` is committee, office, commune, agency (cơ quan ngành dọc), organisation (đoàn thể) or other.
    A `courtesy` unit is asked, not ordered.
    """

    __table_args__ = (UniqueConstraint("committee_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
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
    """What a unit is called and where it stands between two dates (`valid_to` is the last day; None is open)."""

    __table_args__ = (UniqueConstraint("unit_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str] = mapped_column(String(120), default="")
    level: Mapped[str] = mapped_column(String(20), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="versions", foreign_keys=[unit_id])


class UnitSuccession(Model):
    """From a day on, `successor` carries on for `unit`. `kind` is renamed, merged, split, moved or abolished."""

    __table_args__ = (UniqueConstraint("unit_id", "successor_id", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    effective_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(300), default="")


class UnitGroup(Model):
    """Nhóm đơn vị: by rule (every unit of `rule["kind"]`) or, without a rule, by its list of members."""

    __table_args__ = (UniqueConstraint("committee_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    rule: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)

    members: Mapped[list[UnitGroupMember]] = relationship(cascade="all, delete-orphan")


class UnitGroupMember(Model):
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class Alias(Model):
    """A spelling that means one unit or one group for a committee; `key` is its comparison form."""

    __table_args__ = (UniqueConstraint("committee_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    key: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(String(400))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"), index=True)
    origin: Mapped[str] = mapped_column(String(20))


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
