"""The work calendar: which days public offices work, and counting in working days.

Three layers, the upper one wins: Monday to Friday without the holidays that the `holidays` library computes;
the announced years of `national.csv`, complete, each row with its document; rows of an administrator or a
committee. Years after the last announced one are provisional: their swaps and blocks are not decided yet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

from holidays import country_holidays

SATURDAY = 5
MAKE_UP = "làm bù"
NOT_OFF = "chưa nghỉ"  # spoken of as a holiday, worked as long as no law says so
OFF, WORKED = "nghỉ", "làm việc"  # rows that were entered here
WORKING = (MAKE_UP, NOT_OFF, WORKED)
KINDS = ("nghỉ lễ", "nghỉ bù", "nghỉ hoán đổi", MAKE_UP, NOT_OFF, OFF, WORKED)
COMPUTED = "nghỉ lễ"
NO_DOCUMENT = "tính theo Bộ luật Lao động, chưa có thông báo"


@dataclass(frozen=True)
class DayRow:
    """One row of a calendar: a day, its kind, and the document that announced it. `own`: not national."""

    day: date
    kind: str
    words: str
    document: str = ""
    own: bool = False

    @property
    def working(self) -> bool:
        return self.kind in WORKING


@lru_cache(maxsize=1)
def announced() -> Mapping[date, DayRow]:
    """The national rows that were announced, by day."""
    text = files("tracker.deadlines").joinpath("national.csv").read_text(encoding="utf-8")
    rows = (
        DayRow(date.fromisoformat(one["day"]), one["kind"], one["words"], one["document"])
        for one in csv.DictReader(text.splitlines())
    )
    return {row.day: row for row in rows}


@lru_cache(maxsize=1)
def _announced_years() -> tuple[int, int]:
    years = {day.year for day in announced()}
    return min(years), max(years)


@lru_cache(maxsize=64)
def _computed(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Days off of a year with their names, and the weekend days that are worked instead, as the library has
    them."""
    table = country_holidays("VN", years=year, language="vi")
    worked = frozenset(day for day in getattr(table, "weekend_workdays", ()) if day.year == year)
    return dict(table.items()), worked


@lru_cache(maxsize=64)
def national_rows(year: int) -> Mapping[date, DayRow]:
    """The national rows of a year: the announced ones, or what the library computes for other years."""
    first, last = _announced_years()
    if first <= year <= last:
        return {day: row for day, row in announced().items() if day.year == year}
    off, worked = _computed(year)
    rows = {day: DayRow(day, COMPUTED, words, NO_DOCUMENT) for day, words in off.items() if _weekday(day)}
    rows |= {day: DayRow(day, MAKE_UP, "Làm bù", NO_DOCUMENT) for day in worked}
    return rows | {row.day: row for row in _not_off_yet(year) if row.day in rows}


def _not_off_yet(year: int) -> list[DayRow]:
    """Days that the library takes for holidays and no law does, in the years after they were first spoken of."""
    found = [row for day, row in announced().items() if row.kind == NOT_OFF and day.year < year]
    return [replace(row, day=row.day.replace(year=year)) for row in found]


def _weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def _works(day: date) -> bool:
    row = national_rows(day.year).get(day)
    return row.working if row else _weekday(day)


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
    """National calendar with other rows over it: `days[d]` is True for a working day.

    With `article_148` a due day that is no working day is not missed before the end of the next working day
    (Civil Code); the due day itself stays where it is. `checked` holds years that somebody has compared with
    the announcement, and its name.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    rows: Mapping[date, DayRow] = field(default_factory=dict)
    article_148: bool = False
    checked: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rows: Iterable[DayRow],
        *,
        article_148: bool = False,
        checked: Mapping[int, str] | None = None,
    ) -> WorkCalendar:
        """The calendar with these rows over the national one; of two for a day the later one holds."""
        by_day = {row.day: row for row in rows}
        days = {day: row.working for day, row in by_day.items()}
        return cls(days, by_day, article_148, checked or {})

    def works(self, day: date) -> bool:
        """Whether public offices work on this day."""
        return self.days.get(day, _works(day))

    def row(self, day: date) -> DayRow | None:
        """The row that says something else than the days of the week, or says why."""
        return self.rows.get(day) or national_rows(day.year).get(day)

    def year(self, year: int) -> list[DayRow]:
        """Every row of a year, by day."""
        own = {day: row for day, row in self.rows.items() if day.year == year}
        by_day = {**national_rows(year), **own}
        return [by_day[day] for day in sorted(by_day)]

    def provisional(self, year: int) -> bool:
        """Whether the year's holidays are computed only, and not announced yet."""
        return year > _announced_years()[1] and year not in self.checked

    def holiday(self, day: date) -> str | None:
        """Why nobody works on this day beside the weekend, or None."""
        row = self.row(day)
        if row is not None:
            return None if row.working else row.words
        return None if self.works(day) else _computed(day.year)[0].get(day)

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

    def in_time_until(self, due: date) -> date:
        """The last day on which work that is due on `due` is in time."""
        return self.at_or_after(due) if self.article_148 else due

    def plus(self, day: date, working_days: int) -> date:
        """The day that lies `working_days` working days after `day` (before it when negative)."""
        step = 1 if working_days >= 0 else -1
        left = abs(working_days)
        while left:
            day += timedelta(days=step)
            left -= self.works(day)
        return day


NATIONAL = WorkCalendar()
