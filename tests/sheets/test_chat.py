"""The text for a group chat: what it says, and that it is never too long."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.progress.counts import Tally
from tracker.sheets.chat import LIMIT, UnitCount, chat_text

DAY = date(2026, 5, 12)
TALLY = Tally(total=7, done=2, overdue=3, today=1, submitted=1)
UNITS = (UnitCount("Bình Minh", 1, 0), UnitCount("Tân Lập", 2, 1), UnitCount("Phú Hòa", 0, 0))


def test_it_says_counts_and_units_and_asks():
    assert chat_text("Kế hoạch 12/KH-UBND", DAY, TALLY, UNITS, "http://127.0.0.1:8000/ke-hoach/1") == (
        "Kế hoạch 12/KH-UBND\n"
        "Đến Thứ Ba 12/5/2026: đã xong 2/7 việc, 3 quá hạn, 1 hạn hôm nay, 1 chờ duyệt.\n"
        "Quá hạn: Tân Lập (2), Bình Minh (1).\n"
        "Hạn hôm nay: Tân Lập (1).\n"
        "Đề nghị các đơn vị kiểm tra, cập nhật kết quả hoặc báo vướng mắc.\n"
        "http://127.0.0.1:8000/ke-hoach/1"
    )


def test_nothing_late_is_not_listed():
    told = chat_text("Kế hoạch", DAY, Tally(total=1, done=1), ())
    assert told.splitlines()[1] == "Đến Thứ Ba 12/5/2026: đã xong 1/1 việc."
    assert len(told.splitlines()) == 3


def test_units_for_which_there_is_no_room_are_counted():
    many = [UnitCount(f"xã số {n}", 1 + n % 3, 1) for n in range(3321)]
    told = chat_text("Kế hoạch", DAY, TALLY, many)
    assert len(told) <= LIMIT
    assert told.splitlines()[2].startswith("Quá hạn: xã số 2 (3), ")
    assert " đơn vị nữa." in told.splitlines()[2]
    assert told.splitlines()[3].startswith("Hạn hôm nay: ")


TEXTS = st.text(max_size=1500)
COUNTS = st.integers(min_value=0, max_value=10**9)
UNIT = st.builds(UnitCount, TEXTS, COUNTS, COUNTS)
TALLIES = st.builds(
    Tally, total=COUNTS, done=COUNTS, overdue=COUNTS, today=COUNTS, soon=COUNTS, submitted=COUNTS
)


@given(TEXTS, st.dates(min_value=date(1900, 1, 1)), TALLIES, st.lists(UNIT, max_size=60), TEXTS)
def test_it_is_never_longer_and_has_no_line_of_anybody_elses(title, day, tally, units, address):
    told = chat_text(title, day, tally, units, address)
    assert len(told) <= LIMIT
    assert len(told.splitlines()) <= 6


@pytest.mark.parametrize("address", ["x" * 300, "hai dòng\nhttp://a.example"])
def test_an_address_that_is_none_is_left_out(address):
    assert address not in chat_text("Kế hoạch", DAY, TALLY, UNITS, address)
