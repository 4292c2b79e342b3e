"""Report dates: which data a periodic report covers, and by when each level sends it on, with the reason in words.

Cut-offs are those of decree 09/2019/NĐ-CP, article 12; it has no report of nine months, which provinces add by the
same pattern. The send-by days are counted backwards from the day of the highest level in working days, and each of
them leaves at least one working day after the cut-off (article 8, paragraph 5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tracker.deadlines.periods import add_months
from tracker.deadlines.wording import period_words, plain_day, short_day, weekday
from tracker.deadlines.workdays import WorkCalendar
from tracker.errors import Invalid
from tracker.vietnamese.forms import fold

MONTH, QUARTER, HALF_YEAR, NINE_MONTHS, YEAR = "month", "quarter", "half-year", "nine-months", "year"
KINDS = (MONTH, QUARTER, HALF_YEAR, NINE_MONTHS, YEAR)
LEVELS = ("Các xã và đơn vị", "Đơn vị theo dõi", "Cơ quan cấp trên")
STEP = 5
LAST_STEP = 60
TOP_DAY = 25
ARTICLE_12 = "Điều 12 Nghị định 09/2019/NĐ-CP"
ARTICLE_13 = "Điều 13 Nghị định 09/2019/NĐ-CP"
LOCAL = "theo mẫu của Điều 12 Nghị định 09/2019/NĐ-CP; kỳ 9 tháng do địa phương quy định"

# What a label says of the part of a year that its report covers.
PARTS = (
    (re.compile(r"\b(?:6|sau) thang cuoi\b"), "H2"),
    (re.compile(r"\b(?:6|sau) thang\b"), "H1"),
    (re.compile(r"\b(?:9|chin) thang\b"), "9M"),
    (re.compile(r"\bquy (?:iv|4)\b"), "Q4"),
    (re.compile(r"\bquy (?:iii|3)\b"), "Q3"),
    (re.compile(r"\bquy (?:ii|2)\b"), "Q2"),
    (re.compile(r"\bquy (?:i|1)\b"), "Q1"),
)
WHOLE_YEAR = re.compile(r"\d{4}")


def reporting_period(period: str, label: str) -> str:
    """The reporting period that work belongs to. A report that comes once a year is named by its year; its label
    may say that it covers a part of it: `2026` labelled `6 tháng` is `2026-H1`."""
    if not WHOLE_YEAR.fullmatch(period):
        return period
    words = fold(label)
    part = next((name for shape, name in PARTS if shape.search(words)), "")
    return f"{period}-{part}" if part else period


@dataclass(frozen=True)
class Chain:
    """How a committee sends its periodic reports on.

    `levels` send one after another, the lowest first; `steps` are the working days between each of them and the
    next one. `tops` is the day on which the highest level sends, by kind: a day of the period's last month.
    `kinds` are the reports that the committee has. `chosen`: somebody set this; else it is as usual.
    """

    levels: tuple[str, ...] = LEVELS
    steps: tuple[int, ...] = (STEP, STEP)
    tops: Mapping[str, int] = field(default_factory=dict)
    kinds: tuple[str, ...] = (HALF_YEAR, YEAR)
    chosen: bool = False

    def top(self, kind: str) -> int:
        return self.tops.get(kind, TOP_DAY)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Chain:
        """What a committee's settings hold; what is not there is as usual."""
        given: Any = settings.get("reports")
        try:
            return cls(
                tuple(given["levels"]),
                tuple(given["steps"]),
                dict(given["tops"]),
                tuple(kind for kind in KINDS if kind in given["kinds"]),
                chosen=True,
            )
        except (KeyError, TypeError, ValueError):
            return cls()  # there is none, or somebody mended it by hand

    def to_settings(self) -> dict[str, Any]:
        return {
            "levels": list(self.levels),
            "steps": list(self.steps),
            "tops": dict(self.tops),
            "kinds": list(self.kinds),
        }

    def checked(self) -> Chain:
        """The same, with what a person entered put in order. Raises `Invalid`."""
        levels = tuple(" ".join(name.split())[:100] for name in self.levels if name.strip())
        if not levels:
            raise Invalid("Xin ghi ít nhất một cấp gửi báo cáo.", code="no-level")
        if len(self.steps) < len(levels) - 1:
            raise Invalid(
                "Xin ghi số ngày làm việc giữa mỗi cấp và cấp sau, ví dụ 5, từ 1 đến 60.", code="wrong-step"
            )
        steps = self.steps[: len(levels) - 1]
        if any(not 1 <= step <= LAST_STEP for step in steps):
            raise Invalid("Giữa hai cấp cần từ 1 đến 60 ngày làm việc.", code="wrong-step")
        if any(not 1 <= day <= 31 for day in self.tops.values()):
            raise Invalid("Ngày gửi của cấp trên cùng là ngày trong tháng, từ 1 đến 31.", code="wrong-day")
        if not self.kinds:
            raise Invalid("Xin chọn ít nhất một kỳ báo cáo.", code="no-kind")
        return replace(self, levels=levels, steps=steps)


@dataclass(frozen=True)
class Link:
    """One level of the chain and the last day on which it sends, with the reason."""

    level: str
    send_by: date
    reason: str


@dataclass(frozen=True)
class Report:
    """A periodic report: its data from `since` to `cut_off`, and the chain from the lowest level to the highest.
    `warning` says what is impossible about it, and the way out."""

    kind: str
    period: str
    since: date
    cut_off: date
    basis: str
    chain: tuple[Link, ...]
    warning: str = ""

    @property
    def words(self) -> str:
        return period_words(self.period)


def reports_of(year: int, chain: Chain, calendar: WorkCalendar) -> list[Report]:
    """The periodic reports of a year, by the day of the highest level."""
    found = [
        report(kind, year, number, chain, calendar)
        for kind in chain.kinds
        for number in range(1, _numbers(kind) + 1)
    ]
    return sorted(found, key=lambda one: (one.cut_off, KINDS.index(one.kind)))


def report(kind: str, year: int, number: int, chain: Chain, calendar: WorkCalendar) -> Report:
    """One report: the `number`-th month, quarter or half-year of the year."""
    last = date(year, last_month(kind, number), 1)
    since, cut_off = data_of(kind, year, number)
    links = _links(kind, last, chain, calendar)
    return Report(
        kind=kind,
        period=period_of(kind, year, number),
        since=since,
        cut_off=cut_off,
        basis=LOCAL if kind == NINE_MONTHS else ARTICLE_12,
        chain=links,
        warning=_warning(cut_off, links, chain, last, kind, calendar),
    )


def data_of(kind: str, year: int, number: int) -> tuple[date, date]:
    """From the day after the last cut-off to the 14th of the period's last month."""
    cut_off = date(year, last_month(kind, number), 14)
    months = {MONTH: 1, QUARTER: 3, HALF_YEAR: 6, NINE_MONTHS: 9, YEAR: 12}[kind]
    return add_months(cut_off, -months) + timedelta(days=1), cut_off


def period_of(kind: str, year: int, number: int) -> str:
    """The period that the report covers, by the name that assignments and notes use."""
    return {
        MONTH: f"{year}-{number:02d}",
        QUARTER: f"{year}-Q{number}",
        HALF_YEAR: f"{year}-H{number}",
        NINE_MONTHS: f"{year}-9M",
        YEAR: f"{year}",
    }[kind]


def last_month(kind: str, number: int) -> int:
    """The month in which the period ends."""
    return {MONTH: number, QUARTER: number * 3, HALF_YEAR: number * 6, NINE_MONTHS: 9, YEAR: 12}[kind]


def _numbers(kind: str) -> int:
    return {MONTH: 12, QUARTER: 4, HALF_YEAR: 2}.get(kind, 1)


def _links(kind: str, month: date, chain: Chain, calendar: WorkCalendar) -> tuple[Link, ...]:
    """The highest level first reckoned, then each one below it."""
    printed = _in_month(month, chain.top(kind))
    send_by = calendar.at_or_before(printed)
    links = [Link(chain.levels[-1], send_by, _top_reason(printed, send_by, chain, kind))]
    for level, step in zip(reversed(chain.levels[:-1]), reversed(chain.steps), strict=True):
        above = links[-1]
        send_by = calendar.plus(above.send_by, -step)
        reason = f"{step} ngày làm việc trước hạn của {above.level}, {_day(above.send_by)}"
        links.append(Link(level, send_by, reason))
    return tuple(reversed(links))


def _in_month(month: date, day: int) -> date:
    """That day of the month, or its last one."""
    last = add_months(month, 1) - timedelta(days=1)
    return month.replace(day=min(day, last.day))


def _top_reason(printed: date, send_by: date, chain: Chain, kind: str) -> str:
    source = "cơ quan đặt" if kind in chain.tops else ARTICLE_13
    words = f"ngày {plain_day(printed)} ({source})"
    if send_by == printed:
        return words
    return f"{words} là ngày nghỉ, nên gửi chậm nhất {_day(send_by)}"


def _warning(
    cut_off: date, links: Sequence[Link], chain: Chain, month: date, kind: str, calendar: WorkCalendar
) -> str:
    first = links[0]
    if calendar.working_days(cut_off, first.send_by) >= 1:
        return ""
    told = (
        f"{first.level} phải gửi {_day(first.send_by)}, chưa đủ 1 ngày làm việc sau ngày chốt số liệu "
        f"{plain_day(cut_off)} (khoản 5 Điều 8 Nghị định 09/2019/NĐ-CP)."
    )
    step = _fitting(cut_off, chain, month, kind, calendar)
    if step:
        return (
            f"{told} Đặt mỗi cấp cách nhau nhiều nhất {step} ngày làm việc, hoặc lùi ngày của cấp trên cùng."
        )
    return f"{told} Xin lùi ngày của cấp trên cùng."


def _fitting(cut_off: date, chain: Chain, month: date, kind: str, calendar: WorkCalendar) -> int:
    """The longest step, the same for every level, that leaves the first one a working day; 0 for none."""
    for step in range(max(chain.steps, default=0), 0, -1):
        links = _links(kind, month, replace(chain, steps=(step,) * len(chain.steps)), calendar)
        if calendar.working_days(cut_off, links[0].send_by) >= 1:
            return step
    return 0


def _day(day: date) -> str:
    return f"{weekday(day)} {short_day(day)}"
