"""When ongoing work is asked about, and that it is never late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.deadlines.workdays import NATIONAL
from tracker.progress.asking import Asked, Note, ReportDay, asked, report_day
from tracker.progress.counts import tally
from tracker.progress.standing import Work, standing

ONGOING = Work("open")
MAY, NOVEMBER = ReportDay("2026-H1", date(2026, 5, 19)), ReportDay("2026-H2", date(2026, 11, 14))


def test_it_is_asked_from_a_week_before_the_next_report_on():
    quiet = asked(ONGOING, [NOVEMBER, MAY], [], date(2026, 5, 11))
    assert quiet == Asked("2026-H1", date(2026, 5, 19), now=False, told=False)
    assert asked(ONGOING, [NOVEMBER, MAY], [], date(2026, 5, 12)).now
    assert asked(ONGOING, [NOVEMBER, MAY], [], date(2026, 5, 19)).now


def test_a_note_for_that_report_answers():
    found = asked(ONGOING, [MAY], [Note("2026-H1", date(2026, 3, 1))], date(2026, 5, 15))
    assert (found.now, found.told) == (False, True)


def test_a_note_of_these_days_answers_without_naming_the_report():
    assert asked(ONGOING, [MAY], [Note("", date(2026, 5, 12))], date(2026, 5, 15)).told
    assert not asked(ONGOING, [MAY], [Note("", date(2026, 5, 11))], date(2026, 5, 15)).told
    assert not asked(ONGOING, [MAY], [Note("2025-H2", date(2026, 5, 14))], date(2026, 5, 15)).told


def test_once_the_day_is_over_the_next_report_asks():
    assert asked(ONGOING, [MAY, NOVEMBER], [], date(2026, 5, 20)).by == date(2026, 11, 14)
    assert asked(ONGOING, [MAY], [], date(2026, 5, 20)) is None


@pytest.mark.parametrize("state", ["submitted", "accepted", "waiting", "excused"])
def test_only_open_work_is_asked_about(state):
    assert asked(Work(state), [MAY], [], date(2026, 5, 15)) is None


def test_dated_work_is_not_asked_about():
    assert asked(Work("open", due_on=date(2026, 9, 1)), [MAY], [], date(2026, 5, 15)) is None


def test_a_report_that_comes_once_is_named_by_its_day():
    assert report_day("once", date(2026, 5, 19)).covers == "2026-05-19"
    assert report_day("2026-H1", date(2026, 5, 19)).covers == "2026-H1"


@settings(deadline=None)
@given(st.integers(0, 800), st.lists(st.integers(-400, 400), max_size=5))
def test_ongoing_work_is_never_late_and_in_no_rate(days, reports):
    today = date(2026, 1, 1) + timedelta(days=days)
    dates = [ReportDay(str(n), today + timedelta(days=n)) for n in reports]
    found = asked(ONGOING, dates, [], today)
    assert found is None or today <= found.by
    assert standing(ONGOING, today, NATIONAL).code == "open"
    figures = tally([ONGOING], today, NATIONAL)
    assert (figures.overdue, figures.total, figures.done_of_due.denominator, figures.undated) == (0, 0, 0, 1)
