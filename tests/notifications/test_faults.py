"""The short form of `make faults`: real processes, killed twice, against a real mail server."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import clocks, storms
from tests.faults.office import Databases, Size
from tests.faults.sink import Mail, tally

FEW = Size(units=10, people=2, items=2, new=3)


def test_what_a_killed_sender_leaves_is_sent_by_the_next(tmp_path: Path) -> None:
    place = Databases(tmp_path).fresh("SQLite", FEW, storms.DUE)
    chance = random.Random(6)  # noqa: S311 (no secret is made of it)
    outcome = storms.killed(place, FEW, "SQLite", 2, chance)
    assert outcome.holds, outcome.found


@pytest.mark.parametrize("scenario", clocks.SCENARIOS)
def test_a_clock_that_is_wrong_loses_nothing_and_repeats_nothing(tmp_path: Path, scenario) -> None:
    outcome = scenario(Databases(tmp_path), "SQLite")
    assert outcome.holds, outcome.found


def test_of_several_sweepers_at_once_each_letter_is_sent_by_one(tmp_path: Path) -> None:
    place = Databases(tmp_path).fresh("SQLite", FEW, storms.DUE)
    outcome = storms.three_at_once(place, FEW, "SQLite", many=2)
    assert outcome.holds, outcome.found


EXPECTED = {("a@x.example", "digest"): {1, 2}, ("b@x.example", "digest"): {3}, ("a@x.example", "now"): {4}}
KINDS = {"<1@x>": "digest", "<2@x>": "digest", "<3@x>": "digest", "<4@x>": "now"}
A = Mail("a@x.example", "<1@x>", "one", (1, 2), late=False, line=1)
B = Mail("b@x.example", "<3@x>", "three", (3,), late=False, line=1)
NEW = Mail("a@x.example", "<4@x>", "four", (4,), late=False, line=1)
ALL = [A, B, NEW]


@pytest.mark.parametrize(
    ("mails", "lost", "repeated", "most", "twice"),
    [
        (ALL, 0, 0, 0, 0),
        ([A, NEW], 1, 0, 0, 0),
        ([replace(A, items=(1,)), B, NEW], 1, 0, 0, 0),
        ([*ALL, replace(A, line=2)], 0, 1, 1, 0),
        ([*ALL, replace(A, line=2), replace(A, line=3)], 0, 2, 1, 0),
        ([*ALL, replace(A, line=2), replace(B, line=2)], 0, 2, 2, 0),
        ([*ALL, A], 0, 0, 0, 1),
        ([*ALL, replace(A, line=2, hash="other")], 0, 0, 0, 1),
        ([*ALL, replace(A, id="<2@x>", items=(), line=2)], 0, 0, 0, 1),
        ([*ALL, replace(B, to="c@x.example", items=())], 0, 0, 0, 1),
        ([*ALL, replace(B, id="<9@x>", items=())], 0, 0, 0, 1),
        ([A, B, replace(NEW, items=(4, 1))], 0, 0, 0, 1),
    ],
    ids=[
        "all",
        "a letter is missing",
        "an item is missing",
        "one came again after a kill",
        "one came again after two kills",
        "two came again after one kill",
        "one came again on the same connection",
        "one came again with other bytes",
        "a second letter of a kind",
        "a letter to a stranger",
        "a letter that the outbox does not know",
        "an item in two letters",
    ],
)
def test_the_count_sees_what_is_lost_and_what_comes_twice(
    mails: list[Mail], lost: int, repeated: int, most: int, twice: int
) -> None:
    found = tally(mails, KINDS, EXPECTED)
    assert (found.lost, found.repeated, found.most, found.twice) == (lost, repeated, most, twice)
