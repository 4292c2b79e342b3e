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
)
from tracker.deadlines.workdays import NATIONAL
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
