"""The policy as tables: what is owed to whom on a day, and what never is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.policy import Duty, Key, Owed, Team, Urging, owed, parted, urgings
from tracker.deadlines.ladder import ORDINARY, Ladder, Ladders, Rhythm, Step, step_day
from tracker.deadlines.workdays import NATIONAL, WorkCalendar

OFFICER, SECOND, HEAD, COORDINATOR, LEADER = 1, 2, 3, 4, 5
TEAMS = {
    10: Team((OFFICER,), (HEAD,)),
    20: Team((), (HEAD,)),
    30: Team(),
    90: Team((COORDINATOR,), (), (COORDINATOR,)),
}
LADDERS = Ladders({})
STEPS = {step.code: step for step in ORDINARY.steps}
LONG_AGO = date(2026, 1, 5)
WEDNESDAY = date(2026, 5, 20)  # a due date in the middle of a week without holidays


def duty(due: date | None = WEDNESDAY, **changes: object) -> Duty:
    given_facts = {
        "assignment_id": 1,
        "unit_id": 10,
        "due_on": due,
        "state": "open",
        "urged_from": LONG_AGO,
        "plan_id": 7,
        "task_id": 8,
        "kind": "task",
        "coordinator_id": 90,
    }
    return Duty(**(given_facts | changes))  # type: ignore[arg-type]


def told(
    one: Duty, today: date, recorded: frozenset[Key] = frozenset(), ladders: Ladders = LADDERS
) -> list[tuple[str, int]]:
    steps = owed([one], TEAMS, ladders, NATIONAL, today, recorded, leaders=(LEADER,))
    return [(o.step, o.person_id) for o in steps]


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
    assert step_day(STEPS["-3"], WEDNESDAY, LONG_AGO, NATIONAL) == date(2026, 5, 15)
    assert "-3" in [step for step, _ in told(duty(), date(2026, 5, 15))]


def test_what_follows_the_due_date_waits_for_the_next_working_day() -> None:
    friday = date(2026, 5, 22)
    assert step_day(STEPS["+1"], friday, LONG_AGO, NATIONAL) == date(2026, 5, 25)
    on_sunday = date(2026, 5, 24)
    assert step_day(STEPS["+1"], on_sunday, LONG_AGO, NATIONAL) == date(2026, 5, 25)


def test_over_the_new_year_holidays_everything_comes_before_or_after_them() -> None:
    inside = date(2026, 2, 18)  # Tết 2026: 14 to 22 February with its weekends
    for step in ORDINARY.steps:
        day = step_day(step, inside, LONG_AGO, NATIONAL)
        assert day is not None
        assert NATIONAL.works(day)
        assert (day > inside) == (step.days > 0)


def test_after_the_due_date_the_head_is_told_too() -> None:
    plus_one = [(step, person) for step, person in told(duty(), date(2026, 5, 21)) if step == "+1"]
    assert plus_one == [("+1", OFFICER), ("+1", HEAD)]


def test_a_head_stands_in_where_a_unit_has_no_officer_and_is_told_once() -> None:
    assert told(duty(unit_id=20), date(2026, 5, 13)) == [("-7", HEAD)]
    assert told(duty(unit_id=20), date(2026, 5, 21)).count(("+1", HEAD)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "waiting"},
        {"state": "submitted"},
        {"state": "accepted"},
        {"state": "excused"},
        {"due_on": None},
    ],
)
def test_work_that_nobody_is_to_do_now_owes_nothing(changes: dict[str, object]) -> None:
    facts = {"due": changes.pop("due_on", WEDNESDAY)}
    assert told(duty(facts["due"], **changes), date(2026, 5, 25)) == []  # type: ignore[arg-type]


def test_soft_dates_are_reminded_but_never_escalated() -> None:
    steps = {step for step, _ in told(duty(soft=True), date(2026, 6, 30))}
    assert steps == {"-7", "-3", "-1", "0"}


@pytest.mark.parametrize("unit_id", [10, 20])
def test_overdue_work_of_a_courtesy_unit_is_told_to_its_officer_and_the_coordinator_only(
    unit_id: int,
) -> None:
    steps = told(duty(unit_id=unit_id, courtesy=True), date(2026, 6, 30))
    late = {person for step, person in steps if step.startswith("+")}
    assert late == ({OFFICER, COORDINATOR} if unit_id == 10 else {COORDINATOR})


@pytest.mark.parametrize(
    ("today", "steps"),
    [
        ("2026-05-21", {("+1", OFFICER), ("+1", HEAD)}),
        ("2026-05-22", {("+1", OFFICER), ("+1", HEAD)}),
        ("2026-05-25", {("+1", OFFICER), ("+1", HEAD), ("+3", OFFICER), ("+3", HEAD), ("+3", COORDINATOR)}),
        (
            "2026-06-03",  # ten working days after: the leader; the seventh was the last of the rhythm
            {
                *(("+1", person) for person in (OFFICER, HEAD)),
                *(("+3", person) for person in (HEAD, COORDINATOR)),
                ("+5", COORDINATOR),
                ("+7", OFFICER),
                ("+10", LEADER),
            },
        ),
    ],
)
def test_what_stays_overdue_goes_up_step_by_step(today: str, steps: set[tuple[str, int]]) -> None:
    found = set(told(duty(), date.fromisoformat(today)))
    assert {one for one in found if one[0].startswith("+")} == steps


def test_the_rhythm_repeats_after_one_three_and_seven_working_days_and_then_each_week() -> None:
    recorded: set[Key] = set()
    days = []
    for n in range(60):
        today = WEDNESDAY + timedelta(days=n)
        steps = owed([duty()], TEAMS, LADDERS, NATIONAL, today, recorded)
        recorded |= {one.key for one in steps}
        days += [one.step for one in steps if one.person_id == OFFICER and one.step.startswith("+")]
    assert days == ["+1", "+3", "+7", "+12", "+17", "+22", "+27", "+32", "+37", "+42"][: len(days)]
    assert len(days) >= 9


def test_after_an_outage_only_the_last_day_of_the_rhythm_is_owed() -> None:
    own = Ladders({"committee": Ladder((), Rhythm((1, 3, 7), 5, ("officer",)))})
    assert told(duty(), date(2026, 6, 5), ladders=own) == [("+12", OFFICER)]
    recorded = frozenset({(1, OFFICER, "+12", WEDNESDAY)})
    assert told(duty(), date(2026, 6, 8), recorded, own) == []


def test_what_is_opened_again_when_it_was_late_for_long_goes_on_with_the_rhythm_of_its_due_day() -> None:
    own = Ladders({"committee": Ladder((), Rhythm((1, 3, 7), 5, ("officer",)))})
    recorded: set[Key] = set()
    days = {}
    for n in range(1, 60):
        today = WEDNESDAY + timedelta(days=n)
        opened = date(2026, 6, 29) if today >= date(2026, 6, 29) else LONG_AGO  # it was returned on that day
        steps = owed([duty(urged_from=opened)], TEAMS, own, NATIONAL, today, recorded)
        recorded |= {one.key for one in steps}
        if steps:
            days[today] = steps[0].step
    assert list(days.values()) == ["+1", "+3", "+7", "+12", "+17", "+22", "+27", "+32", "+37", "+42"]
    assert days[date(2026, 7, 3)] == "+32"  # the Friday after, not 28 working days later


def test_no_turn_of_the_rhythm_is_owed_that_was_over_when_the_work_came() -> None:
    own = Ladders({"committee": Ladder((), Rhythm((1, 3, 7), 5, ("officer",)))})
    late = duty(urged_from=date(2026, 6, 5))  # the day of +12
    assert told(late, date(2026, 6, 5), ladders=own) == told(late, date(2026, 6, 11), ladders=own) == []
    assert told(late, date(2026, 6, 12), ladders=own) == [("+17", OFFICER)]


def test_the_closest_ladder_holds_for_a_task_a_kind_in_a_plan_a_plan_and_a_kind() -> None:
    def only(days: int) -> Ladder:
        return Ladder((Step(days, "calendar", ("officer",)),))

    own = {
        "committee": only(-20),
        "kind:report": only(-19),
        "plan:7": only(-18),
        "plan:7:report": only(-17),
        "task:8": only(-16),
    }
    today = date(2026, 5, 13)
    found = []
    for facts in (
        {"plan_id": 1, "task_id": 2},
        {"plan_id": 1, "task_id": 2, "kind": "report"},
        {"plan_id": 7, "task_id": 2},
        {"plan_id": 7, "task_id": 2, "kind": "report"},
        {"plan_id": 7, "task_id": 8},
    ):
        found += told(duty(**facts), today, ladders=Ladders(own))  # type: ignore[arg-type]
    assert found == [(f"-{days}", OFFICER) for days in (20, 19, 18, 17, 16)]


def test_of_a_unit_with_nobody_the_coordinators_are_told_under_the_codes_of_the_ladder() -> None:
    empty = duty(unit_id=30)
    assert told(empty, date(2026, 5, 13)) == [("-7", COORDINATOR)]
    steps = told(empty, date(2026, 6, 3))
    assert ("+1", COORDINATOR) in steps
    assert ("+10", LEADER) in steps
    assert {person for _step, person in steps} == {COORDINATOR, LEADER}
    assert told(duty(unit_id=30, coordinator_id=30), date(2026, 5, 21)) == []


def letters(
    one: Duty,
    today: str,
    recorded: frozenset[tuple[int, date, str]] = frozenset(),
    ladders: Ladders = LADDERS,
) -> list[Urging]:
    return urgings([one], ladders, NATIONAL, date.fromisoformat(today), recorded)


def test_an_urging_letter_is_due_once_for_each_due_day() -> None:
    assert letters(duty(), "2026-05-26") == []
    (one,) = letters(duty(), "2026-05-27")
    assert (one.assignment_id, one.due_on, one.step, one.plan_id) == (1, WEDNESDAY, "+5", 7)
    assert letters(duty(), "2026-05-30") == []  # a Saturday
    assert letters(duty(), "2026-06-10", frozenset({one.noted_as})) == []
    assert letters(duty(date(2026, 5, 21)), "2026-06-10", frozenset({one.noted_as})) != []


def test_a_second_letter_is_due_at_a_later_step_that_asks_for_one() -> None:
    steps = tuple(Step(days, "working", ("coordinator",), letter=True) for days in (5, 15))
    own = Ladders({"committee": Ladder(steps)})
    (first,) = letters(duty(), "2026-05-27", ladders=own)
    assert letters(duty(), "2026-06-09", frozenset({first.noted_as}), own) == []
    (second,) = letters(duty(), "2026-06-10", frozenset({first.noted_as}), own)
    assert (first.step, second.step) == ("+5", "+15")
    assert letters(duty(), "2026-06-10", ladders=own) == [second], (
        "after an outage over both it is one letter"
    )
    assert letters(duty(), "2026-06-11", frozenset({second.noted_as}), own) == []


@pytest.mark.parametrize(
    "facts",
    [{"undecided": True}, {"courtesy": True}, {"soft": True}, {"state": "waiting"}, {"state": "accepted"}],
)
def test_no_urging_letter_is_due_where_nothing_goes_up(facts: dict[str, object]) -> None:
    assert letters(duty(**facts), "2026-06-10") == []


def test_an_urging_letter_is_due_even_where_nobody_could_be_told() -> None:
    assert len(letters(duty(unit_id=30, coordinator_id=30), "2026-06-10")) == 1


def test_while_it_is_undecided_nothing_goes_up_and_reminders_go_on() -> None:
    steps = told(duty(undecided=True), date(2026, 6, 3))
    assert {person for _step, person in steps} == {OFFICER}
    assert {step for step, _person in steps} == {"-7", "-3", "-1", "0", "+7"}


def test_what_is_told_at_once_leaves_the_digest() -> None:
    def one(work: int, step: str) -> Owed:
        return Owed(work, OFFICER, step, WEDNESDAY)

    steps = [
        *(one(1, step) for step in ("published", "-7", "0", "+1")),
        *(one(2, step) for step in ("extension-4", "moved", "-7")),
        *(one(3, step) for step in ("returned-9", "-1", "moved")),
        *(
            one(4, step)
            for step in ("wait-2", "handback-1", "given-1", "inherited", "ongoing", "moved", "dropped")
        ),
        *(one(5, step) for step in ("explain-3", "event-0")),
    ]
    now, digest = parted(steps, date(2026, 5, 13))
    assert [(o.assignment_id, o.step) for o in now] == [
        *((1, step) for step in ("published", "-7", "0")),
        *((2, step) for step in ("extension-4", "moved")),
        *((3, step) for step in ("returned-9", "-1", "moved")),
        *((5, step) for step in ("explain-3", "event-0")),
    ]
    assert {o.key for o in now} | {o.key for o in digest} == {o.key for o in steps}


def test_who_turned_reminders_off_is_told_what_is_late_what_was_decided_and_what_changed() -> None:
    steps = [
        Owed(1, OFFICER, step, WEDNESDAY)
        for step in ("-1", "0", "+1", "moved", "dropped", "ongoing", "wait-1")
    ]
    before = parted(steps, WEDNESDAY, late_only=True)[1]
    assert [o.step for o in before] == ["+1", "moved", "dropped", "wait-1"]
    late = parted(steps, date(2026, 5, 21), late_only=True)[1]
    assert [o.step for o in late] == ["-1", "0", "+1", "moved", "dropped", "wait-1"]


def test_while_it_is_undecided_the_rhythm_goes_to_the_officer_alone() -> None:
    own = Ladders({"committee": Ladder((), Rhythm((1, 3, 7), 5, ("officer", "head", "leader")))})
    everybody = [("+1", OFFICER), ("+1", HEAD), ("+1", LEADER)]
    assert told(duty(), date(2026, 5, 21), ladders=own) == everybody
    assert told(duty(undecided=True), date(2026, 5, 21), ladders=own) == [("+1", OFFICER)]


def test_what_goes_to_the_head_of_a_unit_with_nobody_goes_to_the_coordinators() -> None:
    own = Ladders({"committee": Ladder((Step(2, "working", ("head",)),))})
    assert told(duty(unit_id=30), date(2026, 5, 22), ladders=own) == [("+2", COORDINATOR)]


def test_work_that_is_reckoned_together_owes_what_each_of_it_owes_alone() -> None:
    kinds: list[dict[str, object]] = [
        *({}, {"undecided": True}, {"soft": True}, {"courtesy": True}, {"unit_id": 20}, {"unit_id": 30}),
        {"courtesy": True, "unit_id": 20},
        {"urged_from": date(2026, 5, 26)},
        {"coordinator_id": 10},
        {"due": date(2026, 5, 28)},
    ]
    duties = [duty(assignment_id=n, **facts) for n, facts in enumerate(kinds, start=1)]  # type: ignore[arg-type]
    for one_by_one in (duties, duties[::-1]):
        today = date(2026, 6, 3)
        together = owed(one_by_one, TEAMS, LADDERS, NATIONAL, today, (), leaders=(LEADER,))
        alone = [owed([one], TEAMS, LADDERS, NATIONAL, today, (), leaders=(LEADER,)) for one in one_by_one]
        assert together == [step for steps in alone for step in steps]


@pytest.mark.parametrize(
    ("urged_from", "today", "steps"),
    [
        # Published on the day of -3's eve: -7 is gone, the others come in their time.
        ("2026-05-14", "2026-05-20", {"-3", "-1", "0"}),
        ("2026-05-20", "2026-05-20", {"0"}),
        # Published late: the first notice is the next digest, the escalation counts from publishing.
        ("2026-06-08", "2026-06-08", {"0"}),
        ("2026-06-08", "2026-06-09", {"0", "+1"}),
        ("2026-06-08", "2026-06-11", {"0", "+1", "+3"}),
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
    recorded = frozenset((1, OFFICER, step.code, today) for step in ORDINARY.steps)
    assert told(duty(today), today, recorded) == []
    moved = duty(date(2026, 5, 27), urged_from=today)
    assert told(moved, today, recorded) == [("-7", OFFICER)]


def test_days_that_the_office_works_by_its_own_calendar_count() -> None:
    saturday = date(2026, 5, 16)
    own = WorkCalendar({saturday: True})
    assert owed([duty()], TEAMS, LADDERS, own, saturday, frozenset())


days = st.dates(date(2026, 1, 1), date(2027, 3, 1))


def ladder_days(steps: list[Owed]) -> set[Key]:
    """Those of the steps; the rhythm's days pass."""
    return {one.key for one in steps if one.step in STEPS}


@settings(max_examples=150, deadline=None)
@given(
    due=days,
    urged_from=days,
    seen=st.lists(days, min_size=1, max_size=25),
    soft=st.booleans(),
    courtesy=st.booleans(),
    undecided=st.booleans(),
    unit_id=st.sampled_from(sorted(TEAMS)),
)
def test_whatever_days_the_sweep_runs_no_step_is_owed_twice_or_too_early(
    due: date, urged_from: date, seen: list[date], soft: bool, courtesy: bool, undecided: bool, unit_id: int
) -> None:
    one = duty(due, urged_from=urged_from, soft=soft, courtesy=courtesy, undecided=undecided, unit_id=unit_id)
    recorded: set[Key] = set()
    told_so_far: list[Owed] = []

    def owed_on(today: date, known: set[Key]) -> list[Owed]:
        return owed([one], TEAMS, LADDERS, NATIONAL, today, known, leaders=(LEADER,))

    for today in sorted(seen):
        first = owed_on(today, recorded)
        recorded |= {o.key for o in first}
        assert owed_on(today, recorded) == []
        assert not first or (NATIONAL.works(today) and today >= urged_from)
        late = [o for o in first if o.step.startswith("+")]
        assert not late or (not soft and today > due)
        repeated = {o.step for o in late} - STEPS.keys()
        assert len(repeated) <= 1  # of the rhythm's days only the last one
        told_so_far += first
    assert len({o.key for o in told_so_far}) == len(told_so_far)
    late = [o for o in told_so_far if o.step.startswith("+")]
    if courtesy or undecided:
        assert LEADER not in {o.person_id for o in late}
    if courtesy:
        assert HEAD not in {o.person_id for o in late}
    if undecided and unit_id != 30:
        assert {o.step for o in late if o.person_id not in TEAMS[unit_id].members(("officer",))} == set()
    # Nothing is forgotten either: who looks in long after everything has told each step that holds.
    at_last = owed_on(NATIONAL.at_or_after(date(2027, 9, 1)), set())
    steps = ladder_days(told_so_far)
    rhythm = {key for key in steps if key[2] in ("+1", "+3")}  # days of both
    assert steps - rhythm <= ladder_days(at_last)
