"""The work calendar: which days public offices work, and counting in working days.

Holidays come from the `holidays` library (Việt Nam, public); a committee's own rows come later on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

from holidays import country_holidays

SATURDAY = 5


@lru_cache(maxsize=64)
def _national(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Days off of a year with their names, and the weekend days that are worked instead."""
    table = country_holidays("VN", years=year, language="vi")
    worked = frozenset(day for day in getattr(table, "weekend_workdays", ()) if day.year == year)
    return dict(table.items()), worked


def _works(day: date) -> bool:
    holidays, worked = _national(day.year)
    return day in worked or (day.weekday() < SATURDAY and day not in holidays)


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


@lru_cache(maxsize=64)
def _worked(year: int) -> tuple[int, ...]:
    """Working days of the year up to its n-th day, from n = 0 on: whole years are counted at once."""
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    return tuple(accumulate((_works(first + timedelta(days=n)) for n in range(length)), initial=0))


@dataclass(frozen=True)
class WorkCalendar:
    """National calendar with a committee's own rows over it: `days[d]` is True for a working day."""

    days: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether public offices work on this day."""
        return self.days.get(day, _works(day))

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday on this day, or None."""
        return _national(day.year)[0].get(day)

    def working_days(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.working_days(end, start)
        years = sum(_worked(year)[-1] for year in range(start.year, end.year))
        national = years + _worked(end.year)[_day_of_year(end)] - _worked(start.year)[_day_of_year(start)]
        own = sum(works - _works(day) for day, works in self.days.items() if start < day <= end)
        return national + own

    def at_or_before(self, day: date) -> date:
        """The last working day up to `day`."""
        while not self.works(day):
            day -= timedelta(days=1)
        return day

    def at_or_after(self, day: date) -> date:
        """The first working day from `day` on."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def plus(self, day: date, working_days: int) -> date:
        """The day that lies `working_days` working days after `day` (before it when negative)."""
        step = 1 if working_days >= 0 else -1
        left = abs(working_days)
        while left:
            day += timedelta(days=step)
            left -= self.works(day)
        return day


NATIONAL = WorkCalendar()
