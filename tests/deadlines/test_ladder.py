"""The ladder as data: what its rows mean, which of several holds, on which day a step falls."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.deadlines.ladder import (
    FURTHEST,
    ORDINARY,
    ROLES,
    Ladder,
    Ladders,
    Rhythm,
    Step,
    ladder_from,
    ladder_to,
    late_from,
    scope_of,
    step_day,
    turn_day,
    turn_reached,
)
from tracker.deadlines.workdays import NATIONAL, WorkCalendar
from tracker.errors import Invalid

WEDNESDAY = date(2026, 5, 20)  # a due date in the middle of a week without holidays
LONG_AGO = date(2026, 1, 5)


def day_of(days: int, due: date = WEDNESDAY, urged_from: date = LONG_AGO, **more: Any) -> date | None:
    return step_day(Step(days, "calendar", ("officer",)), due, urged_from, NATIONAL, **more)


@pytest.mark.parametrize(
    ("days", "due", "falls_on"),
    [
        (-7, "2026-05-20", "2026-05-13"),
        (-3, "2026-05-20", "2026-05-15"),  # 17 May is a Sunday: the Friday before
        (0, "2026-05-23", "2026-05-22"),  # due on a Saturday: told while it can still be done
        (1, "2026-05-22", "2026-05-25"),  # Friday, then Monday
        (1, "2026-05-24", "2026-05-25"),  # due on a Sunday: the first working day after
        (3, "2026-02-13", "2026-02-25"),  # Tết lies between
    ],
)
def test_what_comes_before_moves_earlier_and_what_follows_waits(days: int, due: str, falls_on: str) -> None:
    assert day_of(days, date.fromisoformat(due)) == date.fromisoformat(falls_on)


@pytest.mark.parametrize(
    ("days", "due", "falls_on"),
    [
        (-2, "2026-05-20", "2026-05-18"),
        (-2, "2026-05-25", "2026-05-21"),  # a Monday: the weekend does not count
        (-2, "2026-05-24", "2026-05-20"),  # a Sunday: from the Friday on which it is to be sent
        (-3, "2026-02-24", "2026-02-12"),  # the holidays of the new year lie between
    ],
)
def test_a_reminder_may_be_counted_in_working_days(days: int, due: str, falls_on: str) -> None:
    step = Step(days, "working", ("officer",))
    assert step_day(step, date.fromisoformat(due), LONG_AGO, NATIONAL) == date.fromisoformat(falls_on)


def test_where_the_next_working_day_is_in_time_what_follows_is_counted_from_it() -> None:
    by_law = WorkCalendar(article_148=True)
    saturday, monday, tuesday = date(2026, 5, 23), date(2026, 5, 25), date(2026, 5, 26)
    assert step_day(Step(1, "working", ("officer",)), saturday, LONG_AGO, by_law) == tuesday
    assert ORDINARY.rhythm is not None
    assert turn_reached(ORDINARY.rhythm, saturday, LONG_AGO, by_law, monday) is None
    assert turn_reached(ORDINARY.rhythm, saturday, LONG_AGO, by_law, tuesday) == 1
    assert turn_reached(ORDINARY.rhythm, saturday, LONG_AGO, NATIONAL, monday) == 1
    assert turn_day(3, saturday, by_law) == date(2026, 5, 28)


def test_an_urging_letter_and_calendar_days_belong_to_one_side_of_the_due_day() -> None:
    rows = [{"days": days, "to": ["officer"], "count": "calendar", "letter": True} for days in (-3, 5)]
    before, after = ladder_from({"steps": rows}).steps
    assert (before.count, before.letter) == ("calendar", False)
    assert (after.count, after.letter) == ("working", True)


@pytest.mark.parametrize("days", [1, 5, 10, 30, 200])
def test_who_looks_far_enough_ahead_sees_each_reminder_that_is_counted_in_working_days(days: int) -> None:
    ladder = Ladder((Step(-days, "working", ("officer",)),))
    for month in range(1, 13):
        due = date(2026, month, 24)
        day = step_day(ladder.steps[0], due, date(2024, 1, 1), NATIONAL)
        assert day is not None
        assert due - day <= ladder.look_ahead
        assert Ladders({"task:1": ladder}).look_ahead >= ladder.look_ahead


def test_nothing_follows_a_soft_date() -> None:
    assert day_of(1, soft=True) is None
    assert day_of(-3, soft=True) is not None


def test_no_step_lies_before_the_work_was_known_but_the_due_day_is_still_told() -> None:
    published = date(2026, 6, 6)  # a Saturday, after the due date
    assert day_of(-3, urged_from=published) is None
    assert day_of(0, urged_from=published) == date(2026, 6, 8)
    assert late_from(WEDNESDAY, published, NATIONAL) == published


@pytest.mark.parametrize(
    ("late", "told"),
    [(0, None), (1, 1), (2, 1), (3, 3), (6, 3), (7, 7), (11, 7), (12, 12), (16, 12), (17, 17), (107, 107)],
)
def test_what_stays_overdue_comes_again_after_1_3_7_working_days_and_then_weekly(
    late: int, told: int | None
) -> None:
    assert ORDINARY.rhythm is not None
    assert ORDINARY.rhythm.latest(late) == told


def test_the_closest_ladder_holds() -> None:
    named = {
        scope: Ladder((Step(-days, "calendar", ("officer",)),))
        for days, scope in enumerate(
            (
                scope_of(task_id=12),
                scope_of(plan_id=5, kind="report"),
                scope_of(plan_id=5),
                scope_of(kind="report"),
                scope_of(),
            ),
            start=1,
        )
    }
    found = []
    while named:
        found.append(Ladders(dict(named)).of(5, "report", 12))
        named.pop(next(iter(named)))
    assert [ladder.steps[0].days for ladder in found] == [-1, -2, -3, -4, -5]
    assert Ladders({}).of(5, "report", 12) is ORDINARY
    others = Ladders({scope_of(plan_id=5): found[0], scope_of(task_id=13): found[1]})
    assert others.of(6, "report", 12) is ORDINARY


@pytest.mark.parametrize(
    "value",
    [
        None,
        "every day",
        [],
        {},
        {"steps": "every day"},
        {"steps": [], "colour": "red"},
        {"steps": [7]},
        {"steps": [{"days": "three", "to": ["officer"]}]},
        {"steps": [{"days": True, "to": ["officer"]}]},
        {"steps": [{"days": FURTHEST + 1, "to": ["officer"]}]},
        {"steps": [{"days": -3, "to": ["everybody"]}]},
        {"steps": [{"days": -3, "to": []}]},
        {"steps": [{"days": -3, "to": "officer"}]},
        {"steps": [{"days": -3, "count": "lunar", "to": ["officer"]}]},
        {"steps": [{"days": 5, "to": ["officer"], "letter": "yes"}]},
        {"steps": [{"days": -3, "to": ["officer"]}, {"days": -3, "to": ["head"]}]},
        {"steps": [], "rhythm": "weekly"},
        {"steps": [], "rhythm": {"after": [], "every": 5, "to": ["officer"]}},
        {"steps": [], "rhythm": {"after": [0], "every": 5, "to": ["officer"]}},
        {"steps": [], "rhythm": {"after": [1], "every": 0, "to": ["officer"]}},
        {"steps": [], "rhythm": {"after": [1], "every": 5, "to": []}},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_in_words(value: object) -> None:
    with pytest.raises(Invalid, match="Thang nhắc việc"):
        ladder_from(value)


roles = st.sets(st.sampled_from(ROLES), min_size=1).map(lambda some: tuple(r for r in ROLES if r in some))
steps = st.builds(
    lambda days, count, to, letter: Step(days, "working" if days > 0 else count, to, letter and days > 0),
    st.integers(-FURTHEST, FURTHEST),
    st.sampled_from(("calendar", "working")),
    roles,
    st.booleans(),
)
rhythms = st.builds(
    lambda after, every, to: Rhythm(tuple(sorted(after)), every, to),
    st.sets(st.integers(1, FURTHEST), min_size=1, max_size=5),
    st.integers(1, FURTHEST),
    roles,
)
ladders = st.builds(
    lambda some, rhythm: Ladder(tuple(sorted(some, key=lambda step: step.days)), rhythm),
    st.lists(steps, max_size=8, unique_by=lambda step: step.days),
    st.none() | rhythms,
)


@given(ladders)
def test_what_is_written_is_read_as_it_was(ladder: Ladder) -> None:
    assert ladder_from(ladder_to(ladder)) == ladder


@given(rhythms, st.integers(0, 3 * FURTHEST))
def test_the_rhythm_never_runs_ahead_and_never_stops(rhythm: Rhythm, late: int) -> None:
    told = rhythm.latest(late)
    if told is None:
        assert late < rhythm.after[0]
    else:
        assert told <= late
        assert late - told < max(rhythm.every, *rhythm.after)
        assert rhythm.latest(told) == told


@given(ladders, st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_a_step_falls_on_a_working_day_that_the_work_was_known_on(
    ladder: Ladder, due: date, urged_from: date
) -> None:
    for step in ladder.steps:
        day = step_day(step, due, urged_from, NATIONAL)
        if day is not None:
            assert NATIONAL.works(day)
            assert day >= urged_from
            assert step.days < 0 or day >= NATIONAL.at_or_before(due)
            assert step.escalates or day <= max(due, NATIONAL.at_or_after(urged_from))
            assert due - day <= ladder.look_ahead
