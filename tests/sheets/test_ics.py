"""The calendar's bytes: joined from kept pieces, equal to a calendar built whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from tracker.sheets.ics import calendar, calendar_bytes
from tracker.store.queries.feeds import FeedEvent, FeedRows
from tracker.store.queries.rows import UnitRow

URL = "https://dondoc.sonthanh.example"
UNIT = UnitRow(7, 1, "TL", "commune", False, "", "UBND xã Tân Lập", "Tân Lập", "Tân Lập")
EVENT = FeedEvent(
    id=1,
    state="open",
    due_on=date(2026, 5, 19),
    moved_from=None,
    period="2026-H1",
    label="6 tháng",
    title="Báo cáo, đánh giá; kết quả\\thực hiện\nKế hoạch " + "phổ biến giáo dục pháp luật " * 9,
    path=("III", "2", "r1"),
    plan_id=3,
    plan_number="",
    plan_title="Kế hoạch, năm 2026",
    deliverables=(),
    coordinator_name="Phòng Tư pháp",
    sequence=4,
    changed_at=datetime(2026, 1, 12, 2, tzinfo=UTC),
)


def many(count: int) -> FeedRows:
    states = ("open", "submitted", "accepted", "excused")
    return FeedRows(
        UNIT,
        tuple(
            replace(EVENT, id=n, state=states[n % 4], due_on=EVENT.due_on + timedelta(days=n % 200))
            for n in range(count)
        ),
    )


def test_the_joined_bytes_are_those_of_a_calendar_built_whole() -> None:
    rows = many(60)
    assert calendar_bytes(rows, URL) == calendar(rows, URL).to_ical()
    assert calendar_bytes(rows, URL) == calendar_bytes(rows, URL)


def test_an_empty_calendar_is_a_calendar() -> None:
    data = calendar_bytes(FeedRows(UNIT, ()), URL)
    assert data == calendar(FeedRows(UNIT, ()), URL).to_ical()
    assert not Calendar.from_ical(data).walk("VEVENT")


def test_no_line_is_longer_than_75_octets_and_all_end_in_crlf() -> None:
    data = calendar_bytes(many(8), URL)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_marks_of_the_format_inside_words_come_back_as_they_were() -> None:
    (event,) = Calendar.from_ical(calendar_bytes(FeedRows(UNIT, (EVENT,)), URL)).walk("VEVENT")
    assert str(event["DESCRIPTION"]).startswith(EVENT.title)
    assert [str(one) for one in event["CATEGORIES"].cats] == ["Kế hoạch, năm 2026"]


def test_a_long_title_is_cut_between_words_and_whole_below() -> None:
    (event,) = Calendar.from_ical(calendar_bytes(FeedRows(UNIT, (EVENT,)), URL)).walk("VEVENT")
    assert "… (6 tháng đầu năm 2026)" in str(event["SUMMARY"])
    assert len(str(event["SUMMARY"])) < 140
