"""The policy as tables: what is owed to whom on a day, and what never is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.ladder import ORDINARY, ladder_of
from notifications.policy import Duty, Owed, Team, look_ahead, owed, step_day
from tracker.deadlines.workdays import NATIONAL, WorkCalendar
from tracker.errors import Invalid

OFFICER, SECOND, HEAD = 1, 2, 3
TEAMS = {10: Team((OFFICER,), (HEAD,)), 20: Team((), (HEAD,)), 30: Team()}
LONG_AGO = date(2026, 1, 5)
WEDNESDAY = date(2026, 5, 20)  # a due date in the middle of a week without holidays


def duty(due: date | None = WEDNESDAY, **changes: object) -> Duty:
    given_facts = {"assignment_id": 1, "unit_id": 10, "due_on": due, "state": "open", "urged_from": LONG_AGO}
    return Duty(**(given_facts | changes))  # type: ignore[arg-type]


def told(
    one: Duty, today: date, recorded: frozenset[tuple[int, int, str, date]] = frozenset()
) -> list[tuple[str, int]]:
    return [(o.step, o.person_id) for o in owed([one], TEAMS, ORDINARY, NATIONAL, today, recorded)]


@pytest.mark.parametrize(
    ("today", "steps"),
    [
        ("2026-05-12", []),
        ("2026-05-13", ["-7"]),  # Wednesday
        ("2026-05-14", ["-7"]),  # the day after an outage of one day: still owed
        ("2026-05-15", ["-7", "-3"]),  # -3 would be Sunday
        ("2026-05-16", []),  # Saturday: nothing leaves
        ("2026-05-17", []),  # Sunday
        ("2026-05-18", ["-7", "-3"]),
        ("2026-05-19", ["-7", "-3", "-1"]),
        ("2026-05-20", ["-7", "-3", "-1", "0"]),
    ],
)
def test_a_step_is_owed_from_its_day_on_until_it_is_recorded(today: str, steps: list[str]) -> None:
    assert [step for step, _ in told(duty(), date.fromisoformat(today))] == steps


def test_a_reminder_on_a_day_off_comes_on_the_last_working_day_before() -> None:
    # -3 of Wednesday 20 May is Sunday 17 May: Friday 15 May.
    minus_three = ORDINARY[1]
    assert step_day(minus_three, duty(), NATIONAL) == date(2026, 5, 17) - timedelta(days=2)
    assert "-3" in [step for step, _ in told(duty(), date(2026, 5, 15))]


def test_what_follows_the_due_date_waits_for_the_next_working_day() -> None:
    friday = date(2026, 5, 22)
    assert step_day(ORDINARY[-1], duty(friday), NATIONAL) == date(2026, 5, 25)
    on_sunday = date(2026, 5, 24)
    assert step_day(ORDINARY[-1], duty(on_sunday), NATIONAL) == date(2026, 5, 25)


def test_over_the_new_year_holidays_everything_comes_before_or_after_them() -> None:
    inside = date(2026, 2, 18)  # Tết 2026: 14 to 22 February with its weekends
    for step in ORDINARY:
        day = step_day(step, duty(inside), NATIONAL)
        assert day is not None
        assert NATIONAL.works(day)
        assert (day > inside) == (step.days > 0)


def test_after_the_due_date_the_head_is_told_too() -> None:
    plus_one = [(step, person) for step, person in told(duty(), date(2026, 5, 21)) if step == "+1"]
    assert plus_one == [("+1", OFFICER), ("+1", HEAD)]


def test_a_head_stands_in_where_a_unit_has_no_officer_and_is_told_once() -> None:
    assert told(duty(unit_id=20), date(2026, 5, 13)) == [("-7", HEAD)]
    assert told(duty(unit_id=20), date(2026, 5, 21)).count(("+1", HEAD)) == 1
    assert told(duty(unit_id=30), date(2026, 5, 21)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "waiting"},
        {"state": "submitted"},
        {"state": "accepted"},
        {"state": "excused"},
        {"due_on": None},
        {"published": False},
    ],
)
def test_work_that_nobody_is_to_do_now_owes_nothing(changes: dict[str, object]) -> None:
    facts = {"due": changes.pop("due_on", WEDNESDAY)}
    assert told(duty(facts["due"], **changes), date(2026, 5, 25)) == []  # type: ignore[arg-type]


def test_soft_dates_are_reminded_but_never_escalated() -> None:
    steps = {step for step, _ in told(duty(soft=True), date(2026, 6, 30))}
    assert steps == {"-7", "-3", "-1", "0"}


def test_overdue_work_of_a_courtesy_unit_reminds_its_officer_and_never_its_head() -> None:
    steps = told(duty(courtesy=True), date(2026, 6, 30))
    assert ("+1", OFFICER) in steps
    assert {person for _, person in steps} == {OFFICER}


@pytest.mark.parametrize(
    ("urged_from", "today", "steps"),
    [
        # Published on the day of -3's eve: -7 is gone, the others come in their time.
        ("2026-05-14", "2026-05-20", {"-3", "-1", "0"}),
        ("2026-05-20", "2026-05-20", {"0"}),
        # Published late: the first notice is the next digest, the escalation counts from publishing.
        ("2026-06-08", "2026-06-08", {"0"}),
        ("2026-06-08", "2026-06-09", {"0", "+1"}),
        ("2026-06-06", "2026-06-06", set()),  # on a Saturday
        ("2026-06-06", "2026-06-08", {"0", "+1"}),
    ],
)
def test_no_step_lies_before_the_day_from_which_the_work_is_urged(
    urged_from: str, today: str, steps: set[str]
) -> None:
    one = duty(urged_from=date.fromisoformat(urged_from))
    assert {step for step, _ in told(one, date.fromisoformat(today))} == steps


def test_publishing_a_plan_of_two_years_ago_escalates_to_nobody_on_that_day() -> None:
    today = date(2026, 5, 12)
    old = duty(date(2024, 6, 15), urged_from=today)
    assert told(old, today) == [("0", OFFICER)]


def test_a_new_due_date_owes_its_own_steps() -> None:
    today = date(2026, 5, 20)
    recorded = frozenset((1, OFFICER, step.code, today) for step in ORDINARY)
    assert told(duty(today), today, recorded) == []
    moved = duty(date(2026, 5, 27), urged_from=today)
    assert told(moved, today, recorded) == [("-7", OFFICER)]


def test_a_committee_may_have_its_own_ladder() -> None:
    own = ladder_of(
        {"ladder": [{"days": -15, "to": ["officer"]}, {"days": 5, "count": "working", "to": ["head"]}]}
    )
    assert [(step.code, step.to) for step in own] == [("-15", ("officer",)), ("+5", ("head",))]
    assert look_ahead(own) > timedelta(days=15 + 9)
    assert step_day(own[1], duty(), NATIONAL) == date(2026, 5, 27)


@pytest.mark.parametrize(
    "rows",
    [
        "every day",
        [{"days": "three", "to": ["officer"]}],
        [{"days": -3, "to": ["everybody"]}],
        [{"days": -3, "to": []}],
        [{"days": True, "to": ["officer"]}],
        [{"days": -3, "to": ["officer"]}, {"days": -3, "to": ["head"]}],
        [{"days": -3, "count": "lunar", "to": ["officer"]}],
        [7],
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_in_words(rows: object) -> None:
    with pytest.raises(Invalid, match="Thang nhắc việc"):
        ladder_of({"ladder": rows})


def test_days_that_the_office_works_by_its_own_calendar_count() -> None:
    saturday = date(2026, 5, 16)
    own = WorkCalendar({saturday: True})
    assert owed([duty()], TEAMS, ORDINARY, own, saturday, frozenset())


days = st.dates(date(2026, 1, 1), date(2027, 3, 1))


@settings(max_examples=150, deadline=None)
@given(
    due=days,
    urged_from=days,
    seen=st.lists(days, min_size=1, max_size=25),
    soft=st.booleans(),
    courtesy=st.booleans(),
)
def test_whatever_days_the_sweep_runs_no_step_is_owed_twice_or_too_early(
    due: date, urged_from: date, seen: list[date], soft: bool, courtesy: bool
) -> None:
    one = duty(due, urged_from=urged_from, soft=soft, courtesy=courtesy)
    recorded: set[tuple[int, int, str, date]] = set()
    told_so_far: list[Owed] = []
    for today in sorted(seen):
        first = owed([one], TEAMS, ORDINARY, NATIONAL, today, recorded)
        recorded |= {o.key for o in first}
        again = owed([one], TEAMS, ORDINARY, NATIONAL, today, recorded)
        assert again == []
        assert not first or (NATIONAL.works(today) and today >= urged_from)
        told_so_far += first
    assert len({o.key for o in told_so_far}) == len(told_so_far)
    if soft:
        assert all(o.step != "+1" for o in told_so_far)
    if courtesy:
        assert all(o.person_id == OFFICER for o in told_so_far if o.step == "+1")
    # Nothing is forgotten either: who looks in long after everything has told each step that holds.
    late = owed([one], TEAMS, ORDINARY, NATIONAL, NATIONAL.at_or_after(date(2027, 6, 1)), set())
    assert {o.key for o in told_so_far} <= {o.key for o in late}
