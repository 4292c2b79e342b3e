"""When several units have done a task together, and how work stands that others have done for all."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.deadlines.workdays import NATIONAL
from tracker.progress.counts import Rate, plan_tally, tally
from tracker.progress.enough import needed, settled
from tracker.progress.standing import Work, standing

TODAY = date(2026, 5, 20)
DUE = date(2026, 5, 15)
SPARED = Work("open", DUE, DUE, enough=True)


@pytest.mark.parametrize(
    ("rule", "units", "number"),
    [("all", 5, 5), ("any", 5, 1), ("2", 5, 2), ("9", 5, 5), ("0", 5, 1), ("all", 0, 1)],
)
def test_how_many_have_to_do_it(rule, units, number):
    assert needed(rule, units) == number


@pytest.mark.parametrize(
    ("rule", "states", "is_settled"),
    [
        ("all", {"accepted": 2, "open": 1}, False),
        ("any", {"accepted": 1, "open": 9}, True),
        ("any", {"submitted": 1, "open": 9}, False),
        ("any", {"excused": 3}, False),
        ("2", {"accepted": 1, "open": 3}, False),
        ("2", {"accepted": 2, "open": 3}, True),
        ("3", {"accepted": 2, "excused": 4}, True),
    ],
)
def test_enough_units_have_done_it_when_so_many_are_accepted(rule, states, is_settled):
    assert settled(rule, states) is is_settled


@pytest.mark.parametrize("state", ["open", "waiting"])
def test_what_others_have_done_is_not_overdue_here(state):
    assert standing(Work(state, DUE, DUE, enough=True), TODAY, NATIONAL).code == "enough"


def test_what_was_sent_all_the_same_still_waits_for_its_decision():
    sent = Work("submitted", DUE, DUE, submitted_on=DUE, enough=True)
    assert standing(sent, TODAY, NATIONAL).code == "submitted"


def test_it_is_outside_every_rate_and_says_why():
    counts = tally([SPARED, SPARED, Work("accepted", DUE, DUE, done_on=DUE)], TODAY, NATIONAL)
    assert (counts.total, counts.overdue, counts.on_time) == (1, 0, Rate(1, 1))
    assert [(left.why, left.count) for left in counts.outside] == [("enough", 2)]
    assert counts.worst == "accepted"


def test_a_plan_counts_the_task_as_done():
    done = Work("accepted", DUE, DUE, done_on=DUE)
    counts = plan_tally([(1, "any", SPARED), (1, "any", done), (1, "any", SPARED)], TODAY, NATIONAL)
    assert (counts.total, counts.done, counts.excused) == (1, 1, 0)
