"""What time it is: the one place that asks. Everything else is told.

`now()` is an aware instant in UTC; `today` is the date in Viet Nam at an instant, the only calendar day that
this project knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass
class TrialClock:
    """Starts at a chosen instant and runs on from there at the pace of the real one."""

    start: datetime
    _since: float = 0.0

    def __post_init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        return self.start.astimezone(UTC) + timedelta(seconds=time.monotonic() - self._since)


def vietnam_day(instant: datetime) -> date:
    """The Vietnam date of an aware instant."""
    return instant.astimezone(VIETNAM).date()


def recorded_day(value: object) -> date | None:
    """The day that the log has in writing; None where it has none, or one that a hand has spoilt."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def vietnam_time(instant: datetime) -> datetime:
    """The same instant, told in Vietnam time."""
    return instant.astimezone(VIETNAM)


def at_vietnam(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant of a Vietnam wall-clock time, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)
