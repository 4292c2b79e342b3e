"""A unit's calendar as iCalendar bytes: an all-day event on each due date.

The same rows give the same bytes: no component carries the present time, so that an unchanged calendar is
answered with 304. Each event's text is made once for each state of its row and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cache, lru_cache
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from tracker.life import ACCEPTED, EXCUSED, SUBMITTED
from tracker.sheets.words import day_words, period_words, plain_day
from tracker.store.queries.feeds import FeedEvent, FeedRows
from tracker.vietnamese.paths import path_text

REFRESH = timedelta(hours=1)
COLOR = "darkslateblue"  # nearest CSS name to the indigo of the pages
SUMMARY_LENGTH = 110  # a day's cell in a calendar shows less; the whole sentence is in the description
WORK_PATH = "/viec/{id}"
STATE_WORDS = {SUBMITTED: "Chờ duyệt", ACCEPTED: "✓ Đã xong", EXCUSED: "Không áp dụng"}
KEPT_EVENTS = 20_000
END = b"END:VCALENDAR\r\n"


def calendar_bytes(feed: FeedRows, base_url: str) -> bytes:
    """The whole calendar; `base_url` is the address that people know this installation by."""
    head: bytes = _frame(f"Việc của {feed.unit.name}").to_ical()
    return head.removesuffix(END) + b"".join(_event_bytes(event, base_url) for event in feed.events) + END


def calendar(feed: FeedRows, base_url: str) -> Calendar:
    """The same calendar as an object."""
    whole = _frame(f"Việc của {feed.unit.name}")
    for event in feed.events:
        whole.add_component(_event(event, base_url))
    return whole


def letter_calendar(events: Iterable[FeedEvent], base_url: str) -> str:
    """Some of these events, to be attached to a letter. They are those of the unit's calendar, under the same UID: who
    has both sees each due date once."""
    return (_letter_head() + b"".join(_event_bytes(event, base_url) for event in events) + END).decode(
        "utf-8"
    )


@cache
def _letter_head() -> bytes:
    head: bytes = _plain_frame().to_ical()
    return head.removesuffix(END)


def _plain_frame() -> Calendar:
    frame = Calendar()
    frame.add("prodid", "-//Don Doc//Lich cong viec//VI")
    frame.add("version", "2.0")
    frame.add("calscale", "GREGORIAN")
    frame.add("method", "PUBLISH")
    return frame


def _frame(name: str) -> Calendar:
    frame = _plain_frame()
    frame.add("name", name)
    frame.add("x-wr-calname", name)
    frame.add("color", COLOR)
    # Calendar.new() would leave out VALUE=DURATION, which RFC 7986 demands.
    frame.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    frame.add("x-published-ttl", "PT1H")
    return frame


@lru_cache(maxsize=KEPT_EVENTS)
def _event_bytes(row: FeedEvent, base_url: str) -> bytes:
    return bytes(_event(row, base_url).to_ical())


def _event(row: FeedEvent, base_url: str) -> Event:
    link = base_url + WORK_PATH.format(id=row.id)
    event = Event()
    event.add("uid", f"viec-{row.id}@{urlsplit(base_url).hostname}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at)
    event.add("last-modified", row.changed_at)
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + timedelta(days=1))  # the day after is no longer part of it
    event.add("summary", _summary(row))
    event.add("description", _description(row, link))
    event.add("url", link)
    event.add("categories", [row.plan_number or row.plan_title])
    event.add("status", "CANCELLED" if row.state == EXCUSED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a due date does not make the day busy
    return event


def _summary(row: FeedEvent) -> str:
    """✓ Đã xong: Báo cáo kết quả … (Quý I/2026)"""
    state = STATE_WORDS.get(row.state)
    when = period_words(row.period) or row.label
    return f"{state}: " * bool(state) + _shortened(row.title) + f" ({when})" * bool(when)


def _shortened(title: str) -> str:
    if len(title) <= SUMMARY_LENGTH:
        return title
    return title[:SUMMARY_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _description(row: FeedEvent, link: str) -> str:
    plan = " – ".join(part for part in (row.plan_number, row.plan_title) if part)
    lines = [
        row.title,
        "",
        f"Kế hoạch: {plan}",
        f"Mục: {path_text(row.path)}" if row.path else "",
        f"Kỳ: {period_words(row.period)}" if period_words(row.period) else "",
        f"Sản phẩm: {'; '.join(row.deliverables)}" if row.deliverables else "",
        f"Hạn: {plain_day(row.due_on)}"
        + (f" (hạn đầu {plain_day(row.moved_from)})" if row.moved_from else ""),
        f"Là ngày nghỉ, nên gửi chậm nhất {day_words(row.send_by)}" if row.send_by else "",
        f"Tình trạng: {STATE_WORDS.get(row.state, 'Chưa gửi').removeprefix('✓ ').lower()}",
        f"Đơn vị theo dõi: {row.coordinator_name}",
        f"Gửi kết quả tại: {link}",
    ]
    return "\n".join(line for place, line in enumerate(lines) if line or place == 1)
