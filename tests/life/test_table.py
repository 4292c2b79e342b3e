"""The table of an assignment's life: whole, reachable, with a way out, and every right known."""

from __future__ import annotations

import pytest

from tracker import life
from tracker.access import RIGHTS

# What each state allows, as a person would draw it: deed → state after it. Deeds that change no state stand apart.
DRAWN = {
    "open": {
        "tick": "submitted",
        "tick-on-behalf": "submitted",
        "excuse": "excused",
        "excuse-hand-back": "excused",
        "wait": "waiting",
        "event-came": "open",
        "drop": "excused",
        "replace": "excused",
        "end": "excused",
        "dissolve": "excused",
    },
    "waiting": {
        "tick": "submitted",
        "tick-on-behalf": "submitted",
        "excuse": "excused",
        "excuse-hand-back": "excused",
        "resume": "open",
        "event-came": "open",
        "drop": "excused",
        "replace": "excused",
        "end": "excused",
        "dissolve": "excused",
    },
    "submitted": {"accept": "accepted", "return": "open", "take-back": "open", "end": "excused"},
    "accepted": {"reopen": "open"},
    "excused": {
        "reopen": "open",
        "reopen-to-wait": "waiting",
        "bring-back": "open",
        "plan-again": "open",
        "plan-again-waiting": "waiting",
        "plan-again-sent": "submitted",
    },
}
STILL = {
    "open": "see note tick-part take-back-part tick-part-on-behalf ask-extension withdraw-extension answer-offer"
    " decide-extension hand-back withdraw-hand-back refuse-hand-back hand-on ask-explanation",
    "waiting": "see note tick-part take-back-part tick-part-on-behalf ask-extension withdraw-extension"
    " answer-offer decide-extension hand-back withdraw-hand-back refuse-hand-back hand-on ask-explanation",
    "submitted": "note correct-day withdraw-extension answer-offer decide-extension ask-explanation",
    "accepted": "correct-day ask-explanation",
    "excused": "",
}
ALWAYS = {"explain", "withdraw-explanation"}


@pytest.mark.parametrize("state", life.STATES)
def test_a_state_allows_what_is_drawn_and_nothing_else(state):
    allowed = {deed: life.after(state, deed) for deed in life.DEEDS if life.may_be_done(state, deed)}
    still = dict.fromkeys({*STILL[state].split(), *ALWAYS}, state)
    assert allowed == DRAWN[state] | still


def test_no_deed_stands_twice_and_each_asks_for_a_right_that_exists():
    assert len(life.DEEDS) == len(life.TABLE)
    assert {deed.right for deed in life.TABLE} <= set(RIGHTS)


def test_states_and_deeds_know_one_another():
    for deed in life.TABLE:
        assert deed.starts
        assert set(deed.starts) <= set(life.STATES)
        assert deed.to == life.SAME or deed.to in life.STATES


def test_every_state_can_be_reached_from_open_and_left_again():
    def reached(start):
        seen, new = {start}, [start]
        while new:
            state = new.pop()
            for deed in life.DEEDS:
                after = life.after(state, deed)
                if after and after not in seen:
                    seen.add(after)
                    new.append(after)
        return seen

    assert all(reached(state) == set(life.STATES) for state in life.STATES)


@pytest.mark.parametrize("deed", sorted(life.DEEDS))
def test_held_work_takes_no_deed(deed):
    assert not any(life.may_be_done(state, deed, held=True) for state in life.STATES)
    assert not any(life.after(state, deed, held=True) for state in life.STATES)


def test_nothing_makes_work_accepted_but_an_acceptance_after_a_tick():
    assert [(d.name, d.starts) for d in life.TABLE if d.to == life.ACCEPTED] == [
        ("accept", (life.SUBMITTED,))
    ]


def test_an_unknown_deed_is_an_error_of_ours():
    with pytest.raises(KeyError):
        life.may_be_done(life.OPEN, "forget")
