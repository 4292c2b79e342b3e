"""Which units a group means on a day."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.units.groups import by_list, by_rule, picked
from tracker.units.meaning import Meaning


@dataclass(frozen=True)
class Office:
    id: int
    kind: str
    level: str = "district"
    place: str = "Sơn Thanh"
    parent_id: int | None = None


DISTRICT = Office(1, "committee")
UNITS = (
    DISTRICT,
    Office(2, "office", parent_id=1),
    Office(3, "commune", "commune", "Tân Lập", 1),
    Office(4, "commune", "commune", "Bình Minh", 1),
    Office(5, "office", "commune", "Tân Lập", 3),
    Office(6, "commune", "commune", "Tấn Lập", None),
)


def test_a_rule_means_every_unit_that_meets_it():
    assert by_rule({"kind": "commune"}, UNITS) == (3, 4, 6)


def test_all_that_a_rule_says_must_hold():
    assert by_rule({"kind": "office", "level": "commune"}, UNITS) == (5,)


def test_a_parent_means_its_whole_subtree_without_itself():
    assert by_rule({"parent_id": 1}, UNITS) == (2, 3, 4, 5)


def test_a_place_is_the_same_in_any_capitals_but_not_with_other_marks():
    assert by_rule({"place": "tân  lập"}, UNITS) == (3, 5)


def test_exceptions_are_left_out():
    assert by_rule({"kind": "commune"}, UNITS, [4]) == (3, 6)
    assert by_list([3, 4], UNITS, {}, [4]) == (3,)


def test_a_rule_that_says_nothing_means_nobody():
    assert by_rule({}, UNITS) == by_rule({"kind": "", "parent_id": None}, UNITS) == ()


def test_units_that_stand_above_one_another_in_a_circle_do_not_hang_it():
    circle = (Office(1, "office", parent_id=2), Office(2, "office", parent_id=1))
    assert by_rule({"parent_id": 1}, circle) == (2,)


def test_a_listed_member_that_is_over_gives_way_to_its_successors():
    assert by_list([2, 90, 91], UNITS, {90: (3,), 91: (3, 4)}) == (2, 3, 4)


def test_a_listed_member_that_is_over_without_a_successor_is_nobody():
    assert by_list([90], UNITS, {90: ()}) == by_list([90], UNITS, {}) == ()


def test_a_group_stays_itself_when_all_its_units_are_picked():
    assert str(picked(Meaning.parse("group:3-4"), (3, 4, 6), [3, 4, 6])) == "group:3"


def test_units_that_were_left_out_become_the_row_s_exceptions():
    assert str(picked(Meaning.parse("group:3"), (3, 4, 6), [3])) == "group:3-4,6"


def test_a_unit_from_outside_makes_it_a_list_by_hand():
    assert str(picked(Meaning.parse("group:3"), (3, 4), [3, 2])) == "units:3,2"


def test_words_that_meant_nobody_become_a_list_by_hand():
    assert str(picked(Meaning(), (), [3, 2])) == "units:3,2"


def test_nothing_picked_is_nobody():
    assert picked(Meaning.parse("group:3"), (3, 4), []) == Meaning()
