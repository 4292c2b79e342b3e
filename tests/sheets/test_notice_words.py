"""Steps of notices and reasons for not reading, in the words of the office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tracker.deadlines import told_once
from tracker.deadlines.workdays import NATIONAL
from tracker.progress.reaching import Contact
from tracker.progress.reading import Reader, UnitReading, unread
from tracker.sheets.ladder_words import told_words
from tracker.sheets.notice_words import step_told, tells_due, unread_deed, unread_words

TODAY, LONG_AGO = date(2026, 5, 12), date(2026, 4, 1)
AN = Reader("Nguyễn Thu Hằng", "officer", Contact("hang@sonthanh.example"))
UNIT = UnitReading(7, works=1, overdue=1, given_on=LONG_AGO, due_on=date(2026, 5, 8), readers=(AN,))


def with_contact(*, seen: date | None = None, **changes: Any) -> Reader:
    return replace(AN, contact=replace(AN.contact, **changes), seen=seen)


@pytest.mark.parametrize(
    ("step", "role", "words"),
    [
        ("-7", "officer", "nhắc trước hạn 7 ngày"),
        ("0", "officer", "nhắc đúng ngày hạn"),
        ("+1", "officer", "nhắc sau hạn 1 ngày làm việc"),
        ("+1", "head", "báo người đứng đầu sau hạn 1 ngày làm việc"),
        ("+3", "coordinator", "báo đơn vị theo dõi sau hạn 3 ngày làm việc"),
        ("+10", "leader", "báo lãnh đạo sau hạn 10 ngày làm việc"),
        ("+12", "", "nhắc sau hạn 12 ngày làm việc"),
        ("published", "head", "báo việc mới khi ban hành kế hoạch"),
        ("explain-3", "officer", "báo nội dung cần giải trình"),
        ("returned-12", "officer", "báo minh chứng bị trả lại"),
        ("event-0", "officer", "báo sự kiện đã đến, việc có hạn"),
        ("bounced-9", "coordinator", "báo địa chỉ thư không nhận được"),
        ("future-3", "officer", "future-3"),
    ],
)
def test_what_a_notice_told(step, role, words):
    assert step_told(step, role) == words


def test_every_word_that_a_step_may_have_is_said_in_vietnamese():
    words = {word for name, word in vars(told_once).items() if name.isupper() and isinstance(word, str)}
    assert len(words) == 13
    assert [one for one in words if step_told(f"{one}-3") == f"{one}-3"] == []
    assert [one for one in words if told_words(f"{one}-3") == told_words("future-3")] == []


def test_which_notices_are_of_a_due_day():
    steps = ("-7", "0", "+12", "moved", "moved-4", "dropped", "returned-3", "published")
    assert [step for step in steps if tells_due(step)] == ["-7", "0", "+12", "moved", "moved-4", "dropped"]


@pytest.mark.parametrize(
    ("readers", "words", "deed"),
    [
        ((), "chưa có ai nhận thư của đơn vị", "Gọi cho đơn vị, hỏi ai phụ trách"),
        ((with_contact(away=True),), "người nhận thư vắng mặt, không ai làm thay", "Gọi cho đơn vị"),
        (
            (with_contact(address="hang@", seen=TODAY),),
            "địa chỉ thư của Nguyễn Thu Hằng không gửi được",
            "Hỏi địa chỉ",
        ),
        (
            (with_contact(bounced_on=date(2026, 5, 11), seen=TODAY),),
            "thư gửi Nguyễn Thu Hằng bị trả lại từ 11/5/2026",
            "Hỏi địa chỉ",
        ),
        ((AN,), "chưa ai mở liên kết, mở trang hay tải lịch lần nào", "Gọi nhắc đơn vị"),
        (
            (replace(AN, seen=date(2026, 4, 29)),),
            "không ai mở liên kết, mở trang hay tải lịch sau ngày 29/4/2026",
            "Gọi nhắc đơn vị",
        ),
        (
            (with_contact(late_only=True),),
            "chưa ai mở liên kết, mở trang hay tải lịch lần nào "
            "(Nguyễn Thu Hằng đã tắt thư nhắc việc chưa quá hạn)",
            "Gọi nhắc đơn vị",
        ),
    ],
)
def test_why_a_unit_is_listed_and_what_to_do(readers, words, deed):
    (one,) = unread([replace(UNIT, readers=readers)], TODAY, NATIONAL)
    assert unread_words(one) == words
    assert unread_deed(one).startswith(deed)
