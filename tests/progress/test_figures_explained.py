"""Every figure says how it came about: what is not in its numerator, what is not in its denominator, and why."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.progress.test_counts import DUE, OPEN, SENT, TODAY, done, group
from tracker.deadlines.workdays import NATIONAL, WorkCalendar
from tracker.progress.counts import Left, Rate, plan_tally, tally
from tracker.progress.standing import Work

LATER = date(2026, 9, 30)


def figures(*works: Work, today: date = TODAY):
    return {figure.code: figure for figure in tally(works, today, NATIONAL).figures}


def test_what_is_lacking_is_said_by_where_it_stands():
    found = figures(done(DUE), done(date(2026, 5, 18)), OPEN, SENT)
    assert found["on-time"].rate == Rate(1, 4)
    assert dict(found["on-time"].lacking) == {"late": 1, "overdue": 1, "submitted": 1}
    assert dict(found["done-of-due"].lacking) == {"overdue": 1, "submitted": 1}


def test_work_that_was_extended_is_late_by_its_first_day_only():
    found = figures(Work("accepted", date(2026, 5, 19), DUE, done_on=date(2026, 5, 18)))
    assert found["on-time"].lacking == ()
    assert dict(found["on-time-first"].lacking) == {"late": 1}


def test_what_is_left_out_is_said_with_its_reason():
    works = [
        Work("excused", DUE, DUE, excuse="done-before"),
        Work("excused", DUE, DUE, excuse="withdrawn"),
        Work("excused", DUE, DUE, excuse="withdrawn"),
        Work("open"),
        Work("open", LATER, LATER),
    ]
    found = figures(*works)
    outside = (Left("done-before", 1), Left("withdrawn", 2), Left("undated", 1))
    assert found["on-time"].left == (*outside, Left("not-due", 1))
    assert found["done-of-all"].left == outside
    assert found["on-time"].rate.percent is None


def test_work_that_waits_for_an_event_is_counted_and_not_due():
    waiting = Work("waiting", waits_since=date(2026, 5, 1))
    counts = tally([waiting], TODAY, NATIONAL)
    assert (counts.total, counts.waiting, counts.done_of_due) == (1, 1, Rate(0, 0))


def test_work_that_waits_for_a_unit_stays_due_on_its_day():
    waiting = Work("waiting", DUE, DUE, waits_since=date(2026, 5, 1))
    counts = tally([waiting], TODAY, NATIONAL)
    assert (counts.overdue, counts.waiting, counts.done_of_due) == (0, 1, Rate(0, 1))


def test_a_weekend_is_due_on_its_day_and_with_article_148_not_missed_before_monday():
    saturday, monday = date(2026, 5, 16), date(2026, 5, 18)
    work = Work("accepted", saturday, saturday, done_on=monday)
    assert tally([work], TODAY, NATIONAL).late == 1
    kind = tally([work], TODAY, WorkCalendar(article_148=True))
    assert (kind.late, kind.on_time, kind.on_time_first) == (0, Rate(1, 1), Rate(1, 1))
    unfinished = tally([Work("open", saturday, saturday)], date(2026, 5, 17), WorkCalendar(article_148=True))
    assert (unfinished.overdue, unfinished.today, unfinished.done_of_due) == (0, 1, Rate(0, 1))


def test_a_group_is_not_sent_while_one_of_its_units_has_nothing_to_show():
    near = Work("open", date(2026, 5, 29), date(2026, 5, 29))
    sent = Work("submitted", date(2026, 5, 29), date(2026, 5, 29), submitted_on=DUE)
    counts = group("all", sent, near)
    assert (counts.submitted, counts.soon) == (0, 1)


def test_a_group_is_late_when_one_of_its_units_was():
    extended = Work("accepted", date(2026, 5, 29), DUE, done_on=date(2026, 5, 19))
    counts = group("all", extended, done(date(2026, 5, 18)))
    assert (counts.done, counts.late, counts.on_time) == (1, 1, Rate(0, 1))


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def works(draw: st.DrawFn) -> Work:
    state = draw(st.sampled_from(["open", "submitted", "accepted", "waiting", "excused"]))
    return Work(
        state,
        due_on=draw(st.none() | days),
        first_due_on=draw(days),
        done_on=draw(days) if state == "accepted" else None,
        excuse=draw(st.sampled_from(["", "withdrawn", "done-before"])) if state == "excused" else "",
    )


@given(st.lists(works(), max_size=40), days)
def test_numerator_lacking_and_left_out_are_everything(found, today):
    counts = tally(found, today, NATIONAL)
    for figure in counts.figures:
        assert figure.rate.numerator + sum(n for _, n in figure.lacking) == figure.rate.denominator
        assert figure.rate.denominator + sum(left.count for left in figure.left) == len(found) == counts.every


@given(st.lists(works(), max_size=20), days)
def test_sharing_alike_work_changes_no_figure(found, today):
    shared = {work: work for work in found}
    assert tally(found, today, NATIONAL) == tally([shared[work] for work in found], today, NATIONAL)


@given(st.lists(works(), min_size=1, max_size=12), st.randoms(), st.sampled_from(["all", "any", "2"]), days)
def test_the_order_of_units_changes_no_figure(found, random, rule, today):
    turned = random.sample(found, len(found))
    one, other = (plan_tally([("a", rule, w) for w in some], today, NATIONAL) for some in (found, turned))
    assert one == other
