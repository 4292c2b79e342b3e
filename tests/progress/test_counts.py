"""The rules of counting: what is in a rate, what is left out, and what a group counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.deadlines.workdays import NATIONAL
from tracker.progress.counts import Rate, joined, plan_tally, tally, unit_tally
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


def group(rule: str, *works: Work, key: str = "a"):
    return plan_tally([(key, rule, work) for work in works], TODAY, NATIONAL)


OPEN = Work("open", DUE, DUE)  # and so overdue
SENT = Work("submitted", DUE, DUE, submitted_on=DUE)


def test_a_group_is_done_when_all_of_its_units_are():
    early, late = done(date(2026, 5, 12)), done(date(2026, 5, 18))
    assert group("all", early, OPEN).done == 0
    both = group("all", early, late)
    assert (both.total, both.done, both.late) == (1, 1, 1)


def test_an_excused_unit_does_not_hold_its_group_back():
    counts = group("all", done(DUE), Work("excused", DUE))
    assert (counts.total, counts.done) == (1, 1)


def test_where_any_unit_will_do_the_first_one_that_is_done_decides():
    early, late = done(date(2026, 5, 12)), done(date(2026, 5, 18))
    counts = group("any", OPEN, late, early)
    assert (counts.total, counts.done, counts.late, counts.on_time) == (1, 1, 0, Rate(1, 1))
    assert group("any", OPEN, late).late == 1


def test_where_any_unit_will_do_and_none_is_done_the_nearest_counts():
    assert group("any", OPEN, SENT).submitted == 1
    assert group("any", OPEN, OPEN).overdue == 1


def test_so_many_of_a_group_are_done_by_the_day_of_the_last_of_them():
    days = [date(2026, 5, 12), date(2026, 5, 18), date(2026, 5, 13)]
    works = [done(day) for day in days] + [OPEN]
    assert group("2", *works).on_time == Rate(1, 1)
    assert group("3", *works).late == 1


def test_while_too_few_are_done_the_next_one_is_what_is_lacking():
    assert group("2", done(DUE), OPEN, SENT).submitted == 1
    assert group("3", done(DUE), OPEN, SENT).overdue == 1


def test_more_than_there_are_means_all():
    assert group("9", done(DUE), OPEN).overdue == 1
    assert group("9", done(DUE), done(DUE)).done == 1


def test_excused_units_are_no_longer_among_those_who_could_do_it():
    assert group("2", done(DUE), Work("excused", DUE), done(DUE)).done == 1
    assert group("any", Work("excused", DUE), Work("excused", DUE)).excused == 1


def test_each_timing_and_period_has_its_own_turn():
    works = [("a", "any", done(DUE)), ("a", "any", OPEN), ("b", "any", OPEN)]
    assert [work.state for work in joined(works, TODAY, NATIONAL)] == ["accepted", "open"]


def test_lines_that_were_ticked_together_count_once_for_their_unit():
    counts = unit_tally([("tick", SENT), ("tick", SENT), (None, OPEN), (None, OPEN)], TODAY, NATIONAL)
    assert (counts.total, counts.submitted, counts.overdue) == (3, 1, 2)


def test_one_tick_over_several_lines_is_late_when_one_of_them_was():
    counts = unit_tally([("tick", done(DUE)), ("tick", done(date(2026, 5, 18)))], TODAY, NATIONAL)
    assert (counts.total, counts.done, counts.late, counts.on_time) == (1, 1, 1, Rate(0, 1))


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


@given(st.lists(works, min_size=1, max_size=12), st.integers(1, 14), days)
def test_asking_fewer_units_never_undoes_a_group(found, needed, today):
    fewer, more = (
        plan_tally([("a", str(n), work) for work in found], today, NATIONAL) for n in (needed, needed + 1)
    )
    finished = [one.done + one.undated_done + one.excused for one in (fewer, more)]
    if not any(work.undated for work in found):
        assert finished[0] >= finished[1]
