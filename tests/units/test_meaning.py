"""What a mention means, as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.units.meaning import Meaning

NUMBERS = st.lists(st.integers(1, 10**9), max_size=6)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("unit:12", Meaning("unit", 12)),
        ("group:3", Meaning("group", 3)),
        ("group:3-5,7", Meaning("group", 3, (5, 7))),
        ("units:1,2,9", Meaning("units", ids=(1, 2, 9))),
        ("none", Meaning("none")),
        ("", Meaning()),
    ],
)
def test_each_shape_is_taken_apart_and_put_together_again(text: str, meaning: Meaning) -> None:
    assert Meaning.parse(text) == meaning
    assert str(meaning) == text


@pytest.mark.parametrize(
    "text",
    [
        "unit:",
        "unit:x",
        "unit:٣",
        "unit:1-2",
        "group:3-",
        "group:3-5,",
        "units:",
        "units:,1",
        "nobody",
        "unit:12 ",
    ],
)
def test_what_has_no_such_shape_means_nobody(text: str) -> None:
    assert Meaning.parse(text) == Meaning()


def test_a_number_that_no_database_could_hold_means_nobody() -> None:
    assert Meaning.parse("unit:" + "9" * 30) == Meaning()


def test_one_unit_picked_by_hand_is_that_unit_and_none_is_nobody() -> None:
    assert Meaning.parse("units:4") == Meaning.parse("units:4,4") == Meaning("unit", 4)
    assert Meaning.units([]) == Meaning()


def test_the_same_exceptions_are_the_same_text_in_whatever_order_they_came() -> None:
    assert str(Meaning.parse("group:3-7,5,7")) == "group:3-5,7"


@pytest.mark.parametrize("text", ["unit:12", "group:3"])
def test_a_unit_and_a_whole_group_may_be_remembered(text: str) -> None:
    assert Meaning.parse(text).whole


@pytest.mark.parametrize("text", ["group:3-5", "units:1,2", "none", ""])
def test_a_row_s_own_choice_is_not_what_a_name_means(text: str) -> None:
    assert not Meaning.parse(text).whole


@given(st.integers(1, 10**9), NUMBERS)
def test_any_group_comes_back_from_its_text(group: int, without: list[int]) -> None:
    meaning = Meaning.group(group, without)
    assert Meaning.parse(str(meaning)) == meaning


@given(NUMBERS)
def test_any_units_come_back_from_their_text(ids: list[int]) -> None:
    meaning = Meaning.units(ids)
    assert Meaning.parse(str(meaning)) == meaning
