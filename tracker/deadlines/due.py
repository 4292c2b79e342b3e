"""When something is due, by when to send it, and why, in words.

The printed date stays the due date: a day off never moves it. The last working day up to it is the send-by
day. How `trước ngày X` is read, and whether article 148 of the Civil Code holds, a committee chooses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

from tracker.deadlines.periods import PLAN, Cycle, add_months, due_of
from tracker.deadlines.wording import day_words, period_words, plain_day, short_day, weekday
from tracker.deadlines.workdays import WorkCalendar
from tracker.vietnamese.forms import fold

WORKING_DAY = "working-day"
DAY_BEFORE, DAY_ITSELF = "day-before", "day-itself"
UNITS = {"day": "ngày", WORKING_DAY: "ngày làm việc", "week": "tuần", "month": "tháng", "year": "năm"}
BEFORE_A_SPAN = re.compile(r"\btruoc\s+(?:thang|quy|nam)\b")  # `trước tháng 6`: no day that could be meant


@dataclass(frozen=True)
class Options:
    """How a committee reads dates: whether `trước ngày X` leaves day X out, and whether work that is due on a
    day off is in time until the end of the next working day."""

    before: str = DAY_BEFORE
    article_148: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Options:
        """The options that a committee's settings hold; what is not there is as usual."""
        due = settings.get("due")
        given: Mapping[str, Any] = due if isinstance(due, Mapping) else {}
        before = given.get("before")
        return cls(DAY_ITSELF if before == DAY_ITSELF else DAY_BEFORE, given.get("article_148") is True)

    def to_settings(self) -> dict[str, Any]:
        return {"before": self.before, "article_148": self.article_148}


AS_USUAL = Options()


class Distance(Protocol):
    """`n` of `unit` counted from the event `since`."""

    @property
    def n(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def since(self) -> str: ...


class Timed(Protocol):
    """What of a timing decides about its due days."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> date | None: ...
    @property
    def due(self) -> date | None: ...
    @property
    def every(self) -> str | None: ...
    @property
    def ongoing(self) -> bool: ...
    @property
    def awaits(self) -> str | None: ...
    @property
    def bound(self) -> str | None: ...
    @property
    def printed(self) -> date | None: ...
    @property
    def offset(self) -> Distance | None: ...
    @property
    def soft(self) -> bool: ...


@dataclass(frozen=True)
class Due:
    """The due day, the working day by which to send, the last day that is in time, and the reason in words.

    `soft`: words such as `đầu năm`; nobody is told about the head without a person. `provisional`: the
    holidays of that year are not announced yet.
    """

    due: date | None
    send_by: date | None
    in_time_until: date | None
    reason: str
    soft: bool = False
    provisional: bool = False


def due_date(
    timing: Timed,
    period: str,
    calendar: WorkCalendar,
    options: Options = AS_USUAL,
    *,
    since: date | None = None,
) -> Due:
    """When the occurrence of that period is due, and why. `since`: the day of the event that it is counted
    from, where somebody knows it."""
    due = due_day(timing, period, calendar, options, since=since)
    if due is None:
        return Due(None, None, None, _undated(timing), timing.soft)
    basis = _basis(timing, period, due, options, since)
    return explained(due, basis, calendar, options, soft=timing.soft)


def due_day(
    timing: Timed,
    period: str,
    calendar: WorkCalendar,
    options: Options = AS_USUAL,
    *,
    since: date | None = None,
) -> date | None:
    """The due day alone."""
    base = _base(timing, since)
    if timing.offset is not None and base is not None:
        return counted(timing.offset, base, calendar)
    if period == PLAN:
        return None
    due = due_of(
        Cycle(timing.start, timing.due, timing.every or None, timing.printed, timing.ongoing), period
    )
    return due and due + timedelta(days=_gained(timing, options))


def explained(
    due: date, basis: str, calendar: WorkCalendar, options: Options = AS_USUAL, *, soft: bool = False
) -> Due:
    """The due day with its send-by day and the whole reason; `basis` says where the day itself comes from."""
    send_by = calendar.at_or_before(due)
    until = replace(calendar, article_148=options.article_148).in_time_until(due)
    provisional = calendar.provisional(due.year)
    parts = [f"ngày {plain_day(due)}" + (f": {basis}" if basis else "")]
    if send_by != due:
        parts.append(f"{_off(due, calendar)}, nên gửi chậm nhất {_day(send_by, due)}")
    if until != due:
        parts.append(f"gửi hết {_day(until, due)} vẫn đúng hạn theo Điều 148 Bộ luật Dân sự")
    if soft:
        parts.append("kế hoạch không ghi ngày cụ thể, nên không tự báo lên cấp trên")
    if provisional:
        parts.append(f"lịch nghỉ năm {due.year} còn tạm tính")
    return Due(due, send_by, until, "; ".join(parts), soft, provisional)


def counted(offset: Distance, since: date, calendar: WorkCalendar) -> date | None:
    """The day at a distance from an event. The day of the event is not counted (Civil Code, article 147)."""
    if offset.unit == WORKING_DAY:
        return calendar.plus(since, offset.n)
    if offset.unit in ("month", "year"):
        return add_months(since, offset.n * (12 if offset.unit == "year" else 1))
    days = {"day": 1, "week": 7}.get(offset.unit)
    return since + timedelta(days=days * offset.n) if days else None


def in_working_days(timing: Timed) -> bool:
    """Whether the due day depends on the work calendar."""
    return timing.offset is not None and timing.offset.unit == WORKING_DAY


def _base(timing: Timed, since: date | None) -> date | None:
    """The day that working days are counted from: given, or the issue of the plan, the day before `start`."""
    if since is not None or not in_working_days(timing) or timing.awaits or timing.start is None:
        return since
    return timing.start - timedelta(days=1)


def _gained(timing: Timed, options: Options) -> int:
    """The days between the due day and the printed one, where the committee counts the printed one, too."""
    if options.before != DAY_ITSELF or timing.printed is None or timing.due is None:
        return 0
    if BEFORE_A_SPAN.search(fold(timing.text)):
        return 0
    return max((timing.printed - timing.due).days, 0)


# Words.


def _basis(timing: Timed, period: str, due: date, options: Options, since: date | None) -> str:
    base = _base(timing, since)
    if timing.offset is not None and base is not None:
        return _counted_words(timing.offset, base)
    words = _printed_words(timing, due, options) or (f"kế hoạch ghi “{timing.text}”" if timing.text else "")
    name = period_words(period)
    return ", ".join(part for part in (words, f"kỳ {name}" if name else "") if part)


def _printed_words(timing: Timed, due: date, options: Options) -> str:
    """`trước ngày 20/5`, where a day was printed and the due day differs or was chosen to be it."""
    if timing.printed is None or timing.due is None or BEFORE_A_SPAN.search(fold(timing.text)):
        return ""
    lead = timing.printed - timing.due
    if lead != timedelta(days=1):
        return ""
    if _gained(timing, options):
        return f"trước ngày {short_day(due)}, cơ quan tính cả ngày này"
    printed = due + lead
    return f"trước ngày {short_day(printed) if printed.year == due.year else plain_day(printed)}"


def _counted_words(offset: Distance, base: date) -> str:
    unit = UNITS.get(offset.unit, offset.unit)
    event = f"ngày {plain_day(base)}" + (f" ({offset.since})" if offset.since else "")
    if offset.n < 0:
        return f"trước {event} {-offset.n} {unit}"
    return f"{offset.n} {unit} kể từ {event}"


def _off(day: date, calendar: WorkCalendar) -> str:
    """Why nobody works on the day."""
    name = calendar.holiday(day)
    if name:
        return f"là ngày nghỉ ({name})"
    return "là Chủ nhật" if day.weekday() == 6 else f"là {weekday(day)}"


def _day(day: date, beside: date) -> str:
    return f"{weekday(day)} {short_day(day)}" if day.year == beside.year else day_words(day)


def _undated(timing: Timed) -> str:
    if timing.awaits:
        return f"chưa có hạn: chờ {timing.awaits}"
    if timing.ongoing or timing.every:
        return "không có hạn: việc làm thường xuyên, hỏi tình hình tại mỗi kỳ báo cáo"
    if timing.text:
        return f"không có hạn: “{timing.text}” không nói ngày nào"
    return "không có hạn: kế hoạch không ghi thời gian"
