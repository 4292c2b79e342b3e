"""Rows of the work calendar that were entered here, over the ones that come with the program."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.models.types import Model, UtcDateTime

LIVE = text("removed_at IS NULL AND committee_id IS NOT NULL")
LIVE_NATIONAL = text("removed_at IS NULL AND committee_id IS NULL")


class CalendarDay(Model):
    """One day that is off or working, with the document that announced it. Without a committee the row corrects
    the national calendar. `kind` is off or working. A removed row stays, so that old due days can be explained."""

    __table_args__ = (
        Index(
            "uq_calendar_day_live",
            "committee_id",
            "day",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(
            "uq_calendar_day_live_national",
            "day",
            unique=True,
            sqlite_where=LIVE_NATIONAL,
            postgresql_where=LIVE_NATIONAL,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
