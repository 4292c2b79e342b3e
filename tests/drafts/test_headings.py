"""The heading of a task: how deep it is taken, and where its words stand."""

from __future__ import annotations

import pytest

from tracker.drafts.headings import heading_of, section_of

BLOCKS = [
    "KẾ HOẠCH",
    "I. Mục đích",
    "II. Nội dung",
    "1. Rà soát văn bản:",
    "1.1. Việc thứ nhất",
    "II. Phụ lục",
]


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ([], ()),
        (["II"], ("II",)),
        (["II", "1"], ("II",)),
        (["II", "1", "1.2"], ("II", "1")),
        (["II", "1", "r1"], ("II",)),
    ],
)
def test_a_task_stands_under_two_labels_where_there_is_more_below(path, section):
    assert section_of(path) == section


def test_the_nearest_heading_above_the_task_is_meant():
    assert heading_of(BLOCKS, ("II",), {"block": 4}) == "Nội dung"
    assert heading_of(BLOCKS, ("II",), {"block": 5}) == "Phụ lục"


def test_a_heading_is_not_mistaken_for_a_deeper_number():
    assert heading_of(BLOCKS, ("II", "1"), {"block": 4}) == "Rà soát văn bản"


def test_what_nobody_read_anywhere_has_no_heading():
    assert heading_of(BLOCKS, ("II",), None) == ""
    assert heading_of(BLOCKS, ("V",), {"block": 4}) == ""
