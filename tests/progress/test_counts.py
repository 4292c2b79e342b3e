"""The rules of counting: what is in a rate, what is left out, and what a group counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.deadlines.workdays import NATIONAL
from tracker.progress.counts import Rate, plan_tally, tally
from tracker.progress.standing import Work, standing

TODAY = date(2026, 5, 20)
DUE = date(2026, 5, 15)


def done(on: date, due: date = DUE, first: date = DUE) -> Work:
    return Work("accepted", due, first, done_on=on)


@pytest.mark.parametrize(
    ("work", "code", "days"),
    [
        (Work("open", date(2026, 5, 15)), "overdue", 3),
        (Work("open", TODAY), "today", 0),
        (Work("open", date(2026, 5, 22)), "soon", 2),
        (Work("open", date(2026, 9, 30)), "open", 93),
        (Work("open"), "open", None),
        (Work("submitted", DUE, DUE, submitted_on=DUE), "submitted", None),
        (Work("submitted", DUE, DUE, submitted_on=date(2026, 5, 19)), "submitted", 2),
        (done(DUE), "accepted", None),
        (done(date(2026, 5, 18)), "late", 1),
        (Work("waiting", waits_since=date(2026, 5, 8)), "waiting", 12),
        (Work("excused", DUE), "excused", None),
    ],
)
def test_where_a_piece_of_work_stands(work, code, days):
    found = standing(work, TODAY, NATIONAL)
    assert (found.code, found.days) == (code, days)


def test_nothing_due_is_no_rate_and_never_a_hundred_percent():
    counts = tally([Work("open", date(2026, 9, 30))], TODAY, NATIONAL)
    assert counts.on_time.share is None
    assert counts.on_time.percent is None


def test_excused_and_undated_work_is_outside_every_rate():
    works = [done(DUE), Work("excused", DUE, DUE), Work("open"), Work("accepted", done_on=DUE)]
    counts = tally(works, TODAY, NATIONAL)
    assert (counts.total, counts.done, counts.excused, counts.undated, counts.undated_done) == (1, 1, 1, 2, 1)
    assert counts.done_of_due == Rate(1, 1)


def test_an_extension_counts_for_the_present_date_and_not_for_the_first():
    extended = Work("accepted", date(2026, 5, 19), DUE, done_on=date(2026, 5, 18))
    counts = tally([extended], TODAY, NATIONAL)
    assert (counts.on_time, counts.on_time_first) == (Rate(1, 1), Rate(0, 1))


def test_a_group_is_done_when_all_of_its_units_are():
    early, late = done(date(2026, 5, 12)), done(date(2026, 5, 18))
    assert plan_tally([("a", early), ("a", Work("open", DUE, DUE))], TODAY, NATIONAL).done == 0
    both = plan_tally([("a", early), ("a", late)], TODAY, NATIONAL)
    assert (both.total, both.done, both.late) == (1, 1, 1)


def test_an_excused_unit_does_not_hold_its_group_back():
    counts = plan_tally([("a", done(DUE)), ("a", Work("excused", DUE))], TODAY, NATIONAL)
    assert (counts.total, counts.done) == (1, 1)


@pytest.mark.parametrize(
    ("rate", "percent"),
    [
        (Rate(4, 14), 29),
        (Rate(1, 8), 13),
        (Rate(199, 200), 99),
        (Rate(1, 900), 1),
        (Rate(3, 3), 100),
        (Rate(0, 3), 0),
    ],
)
def test_percents_are_rounded_but_a_hundred_means_all(rate, percent):
    assert rate.percent == percent


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
works = st.builds(
    Work,
    state=st.sampled_from(["open", "submitted", "accepted", "waiting", "excused"]),
    due_on=st.none() | days,
    first_due_on=st.none() | days,
    done_on=st.none() | days,
    submitted_on=st.none() | days,
)


@given(st.lists(works, max_size=40), days)
def test_the_segments_of_a_bar_add_up_to_the_total(found, today):
    counts = tally(found, today, NATIONAL)
    assert sum(count for _, count in counts.segments) == counts.total
    assert counts.total + counts.excused + counts.undated == len(found)
