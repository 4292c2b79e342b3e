"""Versions of units: what is in order, and what is wrong with the rest."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.units.history import Version, faults

MAY, JULY = date(2025, 5, 1), date(2025, 7, 1)
END_OF_JUNE = date(2025, 6, 30)


def codes(house: dict[int, list[Version]], unit: int = 1) -> list[str]:
    return [fault.code for fault in faults(house, unit)]


def test_versions_that_follow_each_other_are_in_order():
    house = {
        1: [
            Version("Phòng Văn hóa", 2, None, END_OF_JUNE),
            Version("Phòng Văn hóa - Xã hội", 2, JULY),
        ],
        2: [Version("UBND huyện Sơn Thanh")],
    }
    assert codes(house) == []


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (Version("B", None, END_OF_JUNE), "overlap"),
        (Version("B", None, None), "overlap"),
        (Version("B", None, date(2025, 7, 2)), "gap"),
        (Version("B", None, JULY, MAY), "backwards"),
    ],
)
def test_two_versions_neither_overlap_nor_leave_a_day_out(second, code):
    assert code in codes({1: [Version("A", None, None, END_OF_JUNE), second]})


def test_a_parent_is_there_on_the_day():
    house = {1: [Version("A", 2, MAY)], 2: [Version("B", None, JULY)]}
    assert codes(house) == ["no-parent"]
    assert codes({1: [Version("A", 9)]}) == ["no-parent"]


def test_a_parent_may_end_while_its_unit_goes_on():
    assert codes({1: [Version("A", 2)], 2: [Version("B", None, None, END_OF_JUNE)]}) == []


def test_parents_in_a_circle_are_found_on_the_day_on_which_they_close_it():
    house = {
        1: [Version("A", 2)],
        2: [Version("B", 3)],
        3: [Version("C", None, None, END_OF_JUNE), Version("C", 1, JULY)],
    }
    (fault,) = faults(house, 1)
    assert (fault.code, fault.day, fault.other) == ("cycle", JULY, 2)


def test_a_unit_is_not_its_own_parent():
    assert codes({1: [Version("A", 1)]}) == ["cycle"]


def test_parents_may_change_places_one_after_the_other():
    house = {
        1: [Version("A", 2, None, END_OF_JUNE), Version("A", None, JULY)],
        2: [Version("B", None, None, END_OF_JUNE), Version("B", 1, JULY)],
    }
    assert codes(house) == []


def test_one_name_means_one_unit_at_a_time_under_a_parent():
    house = {
        1: [Version("UBND xã Bình  minh", 3)],
        2: [Version("UBND xã Bình Minh", 3)],
        3: [Version("X")],
    }
    assert codes(house) == ["same-name"]
    house[2] = [Version("UBND xã Bình Minh", 4)]
    house[4] = [Version("Y")]
    assert codes(house) == []
    house[1] = [Version("UBND xã Bình Minh", 4, JULY)]
    house[2] = [Version("UBND xã Bình Minh", 4, None, END_OF_JUNE)]
    assert codes(house) == []
