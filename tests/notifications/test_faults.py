"""The short form of `make faults`: real processes, killed twice, against a real mail server."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults import clocks, storms
from tests.faults.office import Databases, Size
from tests.faults.sink import Mail, tally

FEW = Size(units=10, people=2, items=2)


def test_what_a_killed_sender_leaves_is_sent_by_the_next(tmp_path: Path) -> None:
    place = Databases(tmp_path).fresh("SQLite", FEW, storms.DUE)
    chance = random.Random(6)  # noqa: S311 (no secret is made of it)
    outcome = storms.killed(place, FEW, "SQLite", 2, chance)
    assert outcome.holds, outcome.found


@pytest.mark.parametrize("scenario", clocks.SCENARIOS)
def test_a_clock_that_is_wrong_loses_nothing_and_repeats_nothing(tmp_path: Path, scenario) -> None:
    outcome = scenario(Databases(tmp_path), "SQLite")
    assert outcome.holds, outcome.found


def test_the_count_sees_what_is_lost_and_what_comes_twice() -> None:
    expected = {"a@x.example": {1, 2}, "b@x.example": {3}}
    first = Mail("a@x.example", "<1@x>", "hash", (1,), late=False)
    again = Mail("a@x.example", "<1@x>", "hash", (1,), late=False)
    other = Mail("a@x.example", "<2@x>", "hash2", (1,), late=False)
    found = tally([first, again, other], expected)
    assert (found.mails, found.lost, found.repeated, found.twice) == (3, 2, 1, 1)
