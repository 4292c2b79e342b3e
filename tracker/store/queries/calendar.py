"""The work calendars of committees: the national one, corrected, with their own rows and readings over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import select

from tracker.deadlines.due import Options
from tracker.deadlines.workdays import NATIONAL, OFF, WORKED, DayRow, WorkCalendar
from tracker.store.engine import AnySession
from tracker.store.models import CalendarDay, Committee

KINDS = {"off": OFF, "working": WORKED}


def calendar_of(session: AnySession, committee_id: int) -> WorkCalendar:
    """The work calendar of a committee."""
    return calendar_and_options(session, committee_id)[0]


def calendars(session: AnySession) -> Callable[[int], WorkCalendar]:
    """`calendars(session)(committee_id)`: each committee's calendar, read once for this use."""
    return cache(lambda committee_id: calendar_of(session, committee_id))


def calendar_and_options(session: AnySession, committee_id: int) -> tuple[WorkCalendar, Options]:
    """The work calendar of a committee, and how it reads dates."""
    settings = _table(session.scalar(select(Committee.settings).where(Committee.id == committee_id)))
    options = Options.of(settings)
    rows = tuple(day_row(one) for one in live_days(session, committee_id))
    years = _table(settings.get("calendar_years"))
    checked = tuple((int(year), str(words)) for year, words in years.items() if year.isdecimal())
    return _built(rows, options.article_148, checked), options


def _table(value: object) -> Mapping[str, Any]:
    """What is no table says nothing: a setting that was mended by hand stops no page and no letter."""
    return value if isinstance(value, Mapping) else {}


def live_days(session: AnySession, committee_id: int | None) -> list[CalendarDay]:
    """The rows that hold for a committee: national corrections first, so that its own rows lie over them."""
    query = select(CalendarDay).where(
        CalendarDay.removed_at.is_(None),
        CalendarDay.kind.in_(KINDS),
        CalendarDay.committee_id.is_(None) | (CalendarDay.committee_id == committee_id),
    )
    return sorted(session.scalars(query), key=lambda one: (one.committee_id is not None, one.day))


def day_row(one: CalendarDay) -> DayRow:
    """A stored day as the calendar knows it."""
    return DayRow(one.day, KINDS[one.kind], one.words, one.document, own=True)


@lru_cache(maxsize=256)
def _built(rows: tuple[DayRow, ...], article_148: bool, checked: tuple[tuple[int, str], ...]) -> WorkCalendar:
    return WorkCalendar.of(rows, article_148=article_148, checked=dict(checked))


def working_on(session: AnySession, day: date) -> Callable[[int], bool]:
    """`working_on(session, day)(committee_id)`: whether a committee works on that day, of however many."""
    query = select(CalendarDay.committee_id, CalendarDay.kind).where(
        CalendarDay.removed_at.is_(None), CalendarDay.kind.in_(KINDS), CalendarDay.day == day
    )
    own = {committee_id: KINDS[kind] == WORKED for committee_id, kind in session.execute(query)}
    national = own.get(None, NATIONAL.works(day))
    return lambda committee_id: own.get(committee_id, national)
