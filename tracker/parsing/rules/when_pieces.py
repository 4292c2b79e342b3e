"""Named pieces of time: a day, a week, a month, a quarter, a part of a year, a year, with their first and
last day.

Each piece is a shape over folded text and a small function that says which days it means. A year that is
not printed is the plan's; a day that no calendar has is an error and never rolls over.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.parsing.rules.shape import Shape, shape
from tracker.parsing.rules.when_lunar import solar_day
from tracker.parsing.rules.when_words import (
    LIKE_ROMAN,
    MONTH_WORDS,
    NAMED_DAYS,
    NO_MONTH,
    SMALL_NUMBERS,
    SURE_ROMAN,
)
from tracker.vietnamese.numbers import roman

ONE_DAY = timedelta(days=1)
TWO_READINGS = "two-readings"


class BadDateError(ValueError):
    """Figures in the shape of a date that is in no calendar. `end` is where they end."""

    def __init__(self, begin: int, end: int) -> None:
        super().__init__(f"no such day at {begin}-{end}")
        self.begin = begin
        self.end = end


@dataclass(frozen=True)
class Piece:
    """One named piece of time with its place. `dated`: the words name the year; `soft`: only about then;
    `unsure`: a person must decide what is meant.
    """

    first: date
    last: date
    begin: int
    end: int
    kind: str
    dated: bool = False
    soft: bool = False
    unsure: bool = False


@dataclass(frozen=True)
class Place:
    """Where a piece is looked for: the text as printed and as patterns see it, the plan's year, and whether
    a word that binds (before, in, the end of) stands in front.
    """

    text: str
    folded: str
    at: int
    year: int | None
    led: bool


Match = re.Match[str]
Means = Callable[[Match, Place], list[Piece]]

# --- parts of patterns ---

YEAR_FIGURES = r"(?:1[89]|20)\d\d"
NEXT = r"(?:sau|toi|ke\s+tiep|tiep\s+theo|lien\s+ke|lien\s+sau)(?![a-z])"
OF_YEAR = rf"""(?:\s*(?:[/.\-]|,?\s*(?:cua\s+)?nam)\s*(?P<y>{YEAR_FIGURES})(?!\d|\s*/\s*[a-z\d])
    |\s*(?:cua\s+)?nam\s+(?P<next>{NEXT})|\s*(?:cua\s+)?nam\s+nay(?![a-z]))?"""
MONTH_NAME = (
    r"(?:\d{1,2}(?!\d)|(?:muoi\s+mot|muoi\s+hai|muoi|gieng|chap|mot|hai|ba|tu|sau|bay|tam|chin"
    rf"|nam(?!\s*\d|\s+{NEXT}|\s+nay))(?![a-z])(?!\s+lan))"
)
MONTH_BODY = rf"thang\s*(?P<m>{MONTH_NAME})(?!\s*/\s*\d{{1,2}}(?!\d)){OF_YEAR}"
DAY_FIGURES = r"\d{1,2}(?!\d)"
OTHER_DAY = (
    r"\s*(?:,|va(?![a-z])|&|\+|-|–|(?:cho\s+)?den(?:\s+het)?(?![a-z])|toi(?![a-z]))"
    rf"\s*(?:ngay\s*)?{DAY_FIGURES}"
)
ROMAN_FIGURES = r"(?:[ivl1|!hnu]+|[2-4])(?![a-z\d])"
WHICH = (
    r"(?:dau(?:\s+tien)?|cuoi(?:\s+cung)?|giua|thu\s+(?:nhat|hai|ba|tu|nam)|\d|mot|hai|ba|tu|bon)(?![a-z\d])"
)


def year_of(match: Match, place: Place) -> int | None:
    if match["y"]:
        return int(match["y"])
    return place.year + 1 if place.year and match["next"] else place.year


def _dated(match: Match) -> bool:
    return bool(match["y"] or match["next"])


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def day_in(year: int, month: int, day: int, match: Match) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadDateError(match.start(), match.end()) from error


def _months(match: Match, year: int, first: int, last: int, kind: str) -> Piece:
    begin, end = date(year, first, 1), month_end(year, last)
    return Piece(begin, end, match.start(), match.end(), kind, _dated(match))


def _month_number(match: Match, place: Place, group: str = "m") -> int | None:
    """The month that figures or a word name; None where the printed word is another one."""
    folded = " ".join(match[group].split())
    if folded.isdigit():
        if not 1 <= int(folded) <= 12:
            raise BadDateError(match.start(), match.end())
        return int(folded)
    printed = place.text[match.start(group) : match.end(group)].casefold()
    return None if printed in NO_MONTH else MONTH_WORDS.get(folded)


def _which(word: str) -> int:
    """The first is 1, the last -1, the middle one 2."""
    head = word.split()[-1] if word.startswith("thu") else word.split()[0]
    named = {"dau": 1, "cuoi": -1, "giua": 2}
    return named.get(head) or (int(head) if head.isdigit() else SMALL_NUMBERS[head])


# --- days ---

# `ngày 15/3/2024`, `15.3.2024`, `ngày 15 tháng 3`, `mùng 5 tháng 5`, `ngày 10/3 âm lịch`
DAY = shape(
    "day",
    rf"""(?<![\d/.,])(?:(?P<named>ngay)\s*)?(?:(?P<mung>m[uo]ng)\s+)?(?P<d>{DAY_FIGURES})
    (?:\s*(?P<sep>[/.\-])\s*(?P<m>{DAY_FIGURES})
        (?:\s*(?P=sep)\s*(?:(?P<y>{YEAR_FIGURES})(?!\d)|(?P<short>\d\d)(?!\d))|\s*,?\s*nam\s*(?P<y2>{YEAR_FIGURES}))?
    |\s*,?\s*(?:cua\s+)?thang\s*(?P<word>{MONTH_NAME})(?:\s*[/\-]\s*|\s*,?\s*nam\s*)?(?P<y3>(?<=[\s/m\-]){YEAR_FIGURES})?)
    (?:\s*(?:cua\s+)?nam\s+(?:(?P<next>{NEXT})|nay(?![a-z])))?
    (?![\d%])(?!\s*/\s*[a-z\d])(?!\.\d)(?:\s*\(?(?P<lunar>am\s+lich)\)?)?""",
    yes=("ngày 15/3/2024", "15/3", "15.3.2024", "ngày 15 tháng 3 năm 2024", "30/ 6 /2024", "mùng 5 tháng 5"),
    no=("đạt 100%", "8/2031/QĐ-TTg", "Quý II", "tháng 3/2024", "10-12/2025"),
)
# `7 trên 9 xã`, `24/7`: figures with a slash that are no day, unless a word says so.
MOST_MONTHS, MOST_DAYS = 12, 31


def _day(match: Match, place: Place) -> list[Piece]:
    printed = match["y"] or match["y2"] or match["y3"]
    year = int(printed) if printed else _short_year(match["short"]) or place.year
    if not year or not _is_day(match, place, bool(printed)):
        return []
    month = int(match["m"]) if match["m"] else _month_number(match, place, "word")
    if month is None:
        return []
    year += bool(match["next"])
    dated = bool(printed or match["short"] or match["next"])
    piece = Piece(_calendar_day(match, year, month), date.max, match.start(), match.end(), "day", dated)
    custom = bool(match["mung"]) or (match["sep"] == "-" and not dated)
    return [replace(piece, last=piece.first, soft=bool(match["mung"]), unsure=custom)]


def _calendar_day(match: Match, year: int, month: int) -> date:
    day = int(match["d"])
    if not match["lunar"]:
        return day_in(year, month, day, match)
    found = solar_day(year, month, day)
    if found is None:
        raise BadDateError(match.start(), match.end())
    return found


def _short_year(figures: str | None) -> int | None:
    """`24` is 2024 and `91` is 1991: no plan looks seventy years ahead."""
    if not figures:
        return None
    return int(figures) + (2000 if int(figures) < 70 else 1900)


def _is_day(match: Match, place: Place, dated: bool) -> bool:
    """Whether figures without a year may be a day: section numbers, shares and round-the-clock are not."""
    if match["named"] or match["mung"] or match["word"] or dated:
        return True
    if match["short"]:
        return match["sep"] == "/"
    if match["sep"] != "/":
        return place.led and match["sep"] != "-"
    possible = int(match["m"]) <= MOST_MONTHS and int(match["d"]) <= MOST_DAYS
    return place.led or (possible and match["d"] + match["m"] != "247")


# `các ngày 05, 12, 19/4`, `ngày 10-12/6`, `trong 02 ngày 14, 15/8`, `ngày 10 đến ngày 15 tháng 5`
DAYS = shape(
    "days",
    rf"""(?<![\d/.,])(?:(?:trong\s+)?(?:(?:cac|\d{{1,2}}|hai|ba|bon)\s+)?(?P<named>ngay)\s*)?
    (?P<list>{DAY_FIGURES}(?:{OTHER_DAY}){{1,12}})
    (?:\s*/\s*(?P<m>{DAY_FIGURES})(?:\s*/\s*(?P<y>{YEAR_FIGURES})(?!\d)|\s*,?\s*nam\s*(?P<y2>{YEAR_FIGURES}))?
    |\s*(?:cua\s+)?thang\s*(?P<word>{MONTH_NAME})(?:\s*(?:/|,?\s*nam)\s*(?P<y3>{YEAR_FIGURES}))?)(?!\d)(?!\s*/\s*[a-z\d])""",
    yes=("các ngày 05, 12, 19/4", "ngày 10-12/6", "từ 10 - 15/5/2024", "ngày 14 và 15 tháng 8 năm 2024"),
    no=("10-12/2025", "ngày 15/3", "15-3-2024"),
)


def _days(match: Match, place: Place) -> list[Piece]:
    printed = match["y"] or match["y2"] or match["y3"]
    year = int(printed) if printed else place.year
    month = int(match["m"]) if match["m"] else _month_number(match, place, "word")
    steps = re.split(r"(,|va|&|\+|-|–|den|toi)", re.sub(r"ngay|cho|het|\s", "", match["list"]))
    if not year or not month or not (match["named"] or _all_ranges(steps)):
        return []
    found: list[Piece] = []
    for joint, figures in zip(["", *steps[1::2]], steps[::2], strict=True):
        day = day_in(year, month, int(figures), match)
        if joint in RANGE_JOINTS and day > found[-1].last:
            found[-1] = replace(found[-1], last=day, kind="span")
        else:
            found.append(Piece(day, day, match.start(), match.end(), "day", bool(printed)))
    return found


RANGE_JOINTS = frozenset({"-", "–", "den", "toi"})


def _all_ranges(steps: list[str]) -> bool:
    return all(joint in RANGE_JOINTS for joint in steps[1::2])


# `ngày 15 các tháng 3, 6, 9, 12`
DAY_OF_MONTHS = shape(
    "day-of-months",
    rf"""ngay\s*(?P<d>{DAY_FIGURES})\s*,?\s*(?:cua\s+)?(?:cac\s+)?thang\s*(?P<list>{DAY_FIGURES}
    (?:\s*(?:,|va)\s*(?:thang\s*)?{DAY_FIGURES}(?!\s*/)){{1,11}}){OF_YEAR}""",
    yes=("ngày 15 các tháng 3, 6, 9, 12", "ngày 15 tháng 6 và tháng 12"),
    no=("ngày 15 tháng 6", "ngày 15 tháng 6, 20/7"),
)


def _day_of_months(match: Match, place: Place) -> list[Piece]:
    year = year_of(match, place)
    if not year:
        return []
    days = [day_in(year, int(m), int(match["d"]), match) for m in re.findall(r"\d+", match["list"])]
    return [Piece(day, day, match.start(), match.end(), "day", _dated(match)) for day in days]


# `Ngày Pháp luật Việt Nam` without figures behind it
NAMED_DAY = shape(
    "named-day",
    rf"(?P<name>{'|'.join(name.replace(' ', r'[ ]').replace('-', r'[-]') for name in NAMED_DAYS)})(?![a-z])"
    rf"(?!(?:\s+viet\s+nam)?\s*\(?\s*\d{{1,2}}\s*[/.\-])(?:\s+viet\s+nam)?{OF_YEAR}(?:\s+(?P<bare>{YEAR_FIGURES})(?!\d))?",
    yes=("Ngày Pháp luật Việt Nam", "ngày Quốc khánh 2010", "Quốc tế lao động"),
    no=("Ngày Pháp luật 09/11", "Ngày Pháp luật Việt Nam (9/11)"),
)


def _named_day(match: Match, place: Place) -> list[Piece]:
    year = int(match["bare"]) if match["bare"] else year_of(match, place)
    if not year:
        return []
    number, month = NAMED_DAYS[match["name"]]
    day = date(year, month, number)
    return [Piece(day, day, match.start(), match.end(), "day", _dated(match) or bool(match["bare"]))]


# --- months and their parts ---

# `tháng 3`, `Tháng 03 năm 2024`, `tháng tư`, `T6/2026`, `12/2025`
MONTH = shape(
    "month",
    rf"""(?<![\d/.])(?<!hang\s)(?<!moi\s)(?:(?:cac\s+)?{MONTH_BODY}
    |t(?:h|hg)?\.?\s*(?P<m2>{DAY_FIGURES})\s*[/\-.]\s*(?P<y2>{YEAR_FIGURES})(?![\d/])
    |(?P<m3>0?[1-9]|1[0-2])\s*[/\-]\s*(?P<y3>{YEAR_FIGURES})(?!\d)(?!\s*/))""",
    yes=("tháng 3", "Tháng 03 năm 2024", "tháng 3/2024", "tháng tư", "T6/2026", "6/2026", "12/2025"),
    no=("hàng tháng", "06 tháng đầu năm", "15/6/2026", "12/2025/NĐ-CP"),
)


def _month(match: Match, place: Place) -> list[Piece]:
    short = "m2" if match["m2"] else "m3" if match["m3"] else ""
    month = _month_number(match, place, short or "m")
    year = int(match["y2"] or match["y3"]) if short else year_of(match, place)
    if not month or not year:
        return []
    piece = replace(_months(match, year, month, month, "month"), dated=bool(short) or _dated(match))
    # `tháng năm` is May, or a form in which nobody filled in the month and the year.
    return [replace(piece, unsure=match["m"] == "nam")]


# `10-12/2025`: months, because a day would need a month of its own
BARE_MONTHS = shape(
    "bare-months",
    rf"""(?<![\d/.])(?P<m>0?[1-9]|1[0-2])\s*[-–]\s*(?P<m2>0?[1-9]|1[0-2])\s*/\s*(?P<y>{YEAR_FIGURES})(?!\d)(?P<next>)""",
    yes=("10-12/2025", "11 - 12/2025"),
    no=("15-3-2024", "10-12/6"),
)


def _bare_months(match: Match, place: Place) -> list[Piece]:
    first, last = int(match["m"]), int(match["m2"])
    if last < first:
        raise BadDateError(match.start(), match.end())
    return [_months(match, int(match["y"]), first, last, "month")]


# `trung tuần tháng 5`, `nửa đầu tháng 4`, `10 ngày đầu tháng 6`
PART_OF_MONTH = shape(
    "part-of-month",
    rf"""(?:(?P<third>thuong|trung|ha)\s+tuan|nua\s+(?P<half>dau|cuoi|sau)|(?P<n>\d{{1,2}})\s+ngay\s+(?P<edge>dau|cuoi))
    \s*,?\s*(?:cua\s+)?{MONTH_BODY}""",
    yes=("trung tuần tháng 5", "nửa đầu tháng 4", "10 ngày cuối tháng 6/2026"),
    no=("tuần đầu tháng 6", "nửa đầu năm"),
)
THIRDS = {"thuong": (1, 10), "trung": (11, 20), "ha": (21, 31)}


def _part_of_month(match: Match, place: Place) -> list[Piece]:
    month, year = _month_number(match, place), year_of(match, place)
    if not month or not year:
        return []
    whole = _months(match, year, month, month, "part")
    length = whole.last.day
    if match["third"]:
        first, last = THIRDS[match["third"]]
    elif match["half"]:
        first, last = (1, 15) if match["half"] == "dau" else (16, length)
    else:
        number = min(max(int(match["n"]), 1), length)
        first, last = (1, number) if match["edge"] == "dau" else (length - number + 1, length)
    begin, end = date(year, month, first), date(year, month, min(last, length))
    return [replace(whole, first=begin, last=end, soft=bool(match["third"]))]


# `tuần 2 tháng 3/2024`, `tuần đầu tiên của tháng 9`: weeks are counted from their Mondays
WEEK_OF_MONTH = shape(
    "week-of-month",
    rf"tuan\s+(?:le\s+)?(?:thu\s+)?(?P<which>{WHICH})\s*,?\s*(?:cua\s+|trong\s+)?{MONTH_BODY}",
    yes=("tuần 2 tháng 3/2024", "tuần đầu tiên của tháng 9", "tuần cuối tháng 6"),
    no=("trung tuần tháng 5", "hằng tuần"),
)


def _week_of_month(match: Match, place: Place) -> list[Piece]:
    month, year = _month_number(match, place), year_of(match, place)
    if not month or not year:
        return []
    begin = date(year, month, 1)
    days = [begin + timedelta(days=n) for n in range(month_end(year, month).day)]
    mondays = [day for day in days if day.weekday() == 0]
    which = _which(match["which"])
    if which > len(mondays) or which == 0:
        raise BadDateError(match.start(), match.end())
    monday = mondays[which - 1 if which > 0 else which]
    sunday = monday + timedelta(days=6)
    piece = Piece(monday, sunday, match.start(), match.end(), "part", _dated(match), soft=True)
    return [replace(piece, unsure=True)]


# --- quarters and halves ---

# `Quý I`, `quý 3`, `Quý lV/2024` (a small l for I), `Q1/2026`
QUARTER = shape(
    "quarter",
    rf"""(?:(?:cac\s+)?qu[yi]\s*(?P<q>{ROMAN_FIGURES}|(?:mot|hai|ba|bon|tu|nhat)(?![a-z])|(?P<edge>dau|cuoi)(?=\s+nam)){OF_YEAR}
    |q\.?\s*(?P<q2>[ivl]{{1,3}}|[1-4])\s*[/\-]\s*(?P<y2>{YEAR_FIGURES})(?!\d)
    |(?P<q3>(?:iv|i{{1,3}}))\s*/\s*(?P<y3>{YEAR_FIGURES})(?!\d))""",
    yes=("Quý I", "quý I/2024", "Quý IV năm 2024", "Quý II-2024", "Quí 1 năm 2024", "Q1/2026", "quý 3"),
    no=("theo quy định", "hằng quý", "quý sau"),
)


def _quarter(match: Match, place: Place) -> list[Piece]:
    short = match["q2"] or match["q3"]
    year = int(match["y2"] or match["y3"]) if short else year_of(match, place)
    if not year:
        return []
    figures = short or match["q"]
    quarter = _quarter_number(figures)
    if quarter is None:
        raise BadDateError(match.start(), match.end())
    piece = _months(match, year, 3 * quarter - 2, 3 * quarter, "quarter")
    sure = set(figures) <= SURE_ROMAN or figures in ("1", "2", "3", "4") or len(figures) > 2
    return [replace(piece, dated=bool(short) or _dated(match), unsure=not sure and not figures.isalpha())]


def _quarter_number(figures: str) -> int | None:
    if figures in ("1", "2", "3", "4"):
        return int(figures)
    if figures in ("dau", "cuoi"):
        return 1 if figures == "dau" else 4
    if figures in SMALL_NUMBERS:
        return SMALL_NUMBERS[figures]
    read = roman("".join(LIKE_ROMAN.get(sign, sign) for sign in figures))
    return read if read and read <= 4 else None


# `tháng cuối quý II`, `ngày 15 tháng đầu của quý III/2024`
MONTH_OF_QUARTER = shape(
    "month-of-quarter",
    rf"""(?:ngay\s*(?P<d>{DAY_FIGURES})\s+(?:cua\s+)?)?thang\s+(?P<which>{WHICH})\s*(?:cua\s+)?qu[yi]\s*
    (?P<q>{ROMAN_FIGURES}){OF_YEAR}""",
    yes=("tháng cuối quý II", "ngày 15 tháng đầu tiên của quý III/2024"),
    no=("tháng cuối quý", "quý II"),
)


def _month_of_quarter(match: Match, place: Place) -> list[Piece]:
    year, quarter, which = year_of(match, place), _quarter_number(match["q"]), _which(match["which"])
    if not year:
        return []
    if quarter is None or which > 3:
        raise BadDateError(match.start(), match.end())
    month = 3 * quarter if which < 0 else 3 * quarter - 3 + which
    if not match["d"]:
        return [_months(match, year, month, month, "month")]
    day = day_in(year, month, int(match["d"]), match)
    return [Piece(day, day, match.start(), match.end(), "day", _dated(match))]


# `6 tháng đầu năm 2024`, `9 tháng`, `nửa cuối năm`
HALF = shape(
    "half",
    rf"""(?:(?P<n>0?[369]|ba|sau|chin)\s*thang(?:\s*(?P<part>dau|cuoi)\s*(?:cua\s+)?(?:nam(?!\s+hoc))?(?P<y>\s*{YEAR_FIGURES})?
        |\s*(?:/|nam)\s*(?P<y2>{YEAR_FIGURES}))
    |(?P<nine>0?9|chin)\s*thang(?!\s*(?:ke|tu|sau|mot|01|1|/)(?![a-z]))(?!\s*\d)
    |nua\s+(?P<half>dau|cuoi|sau)\s*(?:cua\s+)?nam(?!\s+hoc)(?:\s*(?P<y3>{YEAR_FIGURES}))?)(?![a-z\d])""",
    yes=("6 tháng đầu năm", "06 tháng đầu năm 2024", "sáu tháng cuối năm", "9 tháng", "nửa đầu năm 2026"),
    no=("trong 6 tháng", "định kỳ 6 tháng", "9 tháng kể từ"),
)


def _half(match: Match, place: Place) -> list[Piece]:
    printed = (match["y"] or match["y2"] or match["y3"] or "").strip()
    year = int(printed) if printed else place.year
    if not year:
        return []
    name = match["n"] or match["nine"] or "6"
    length = int(name) if name.isdigit() else SMALL_NUMBERS[name]
    late = (match["part"] or match["half"]) in ("cuoi", "sau")
    first, last = (13 - length, 12) if late else (1, length)
    begin, end = date(year, first, 1), month_end(year, last)
    return [Piece(begin, end, match.start(), match.end(), "half", bool(printed))]


# --- years ---

# `năm 2024`, `giai đoạn 2021-2025`, `cả năm`, `cuối năm nay`; a bare year may only stand alone
YEAR = shape(
    "year",
    rf"""(?<![\d/.])(?P<lead>(?:(?:trong|cac|ca|suot|thuoc)\s+){{0,3}})
    (?:(?P<term>giai\s+doan|nhiem\s+ky|nam)\s*:?\s*\(?)?(?P<y>{YEAR_FIGURES})(?![\d%a-z])(?!\s*/)
    |(?P<alone>(?:(?:trong|ca|suot|toan)\s+){{0,2}})nam(?:\s+nay|\s+(?P<next>{NEXT}))?
    (?!\s*\d)(?!\s+(?:hoc|truoc|ngoai|mot|hai|ba|bon|loai|ngay|thang|tiep|ke|sau|toi)(?![a-z]))(?![a-z])""",
    yes=("năm 2024", "giai đoạn 2021-2025", "các năm 2024", "trong năm", "năm2024", "cả năm"),
    no=("8/2031/QĐ-TTg", "3/2024", "trong năm học"),
)
# What may follow a year without its word: `2024 - 2026`, not `2024 người`.
AFTER_BARE_YEAR = re.compile(
    r"\s*(?:$|[-–—,;.:()&+~]|(?:va|den|toi|tro|hang|moi|hoac|theo|thuong|khi|dot)(?![a-z]))"
)


def _year(match: Match, place: Place) -> list[Piece]:
    if not match["y"]:
        return _own_year(match, place)
    if not (match["term"] or match["lead"] or AFTER_BARE_YEAR.match(place.folded, match.end())):
        return []
    year = int(match["y"])
    piece = Piece(date(year, 1, 1), date(year, 12, 31), match.start(), match.end(), "year", dated=True)
    # A term of office begins and ends with its congresses.
    term = bool(match["term"]) and match["term"].startswith("nhiem")
    return [replace(piece, soft=term, unsure=term)]


def _own_year(match: Match, place: Place) -> list[Piece]:
    if not place.year or not (match["alone"] or place.led):
        return []
    year = place.year + bool(match["next"])
    return [Piece(date(year, 1, 1), date(year, 12, 31), match.start(), match.end(), "year")]


# --- reading one piece ---

# The longest words first: `ngày 10-12/6` must not be read as the tenth of December.
PIECES: tuple[tuple[Shape, Means], ...] = (
    (DAY_OF_MONTHS, _day_of_months),
    (DAYS, _days),
    (MONTH_OF_QUARTER, _month_of_quarter),
    (BARE_MONTHS, _bare_months),
    (PART_OF_MONTH, _part_of_month),
    (DAY, _day),
    (WEEK_OF_MONTH, _week_of_month),
    (NAMED_DAY, _named_day),
    (QUARTER, _quarter),
    (HALF, _half),
    (MONTH, _month),
    (YEAR, _year),
)


def pieces_at(place: Place) -> list[Piece]:
    """The piece of time that begins here, or the several of a list of days; empty where none does."""
    for rule, means in PIECES:
        match = rule.pattern.match(place.folded, place.at)
        found = means(match, place) if match else []
        if found:
            return found
    return []


def soft_end(word: str, piece: Piece) -> date:
    """The natural end of the beginning, the middle or the end of a piece of time."""
    if word == "cuoi" or piece.kind in ("day", "part"):
        return piece.last
    half = word == "giua"
    if piece.kind == "month":
        return piece.first.replace(day=15 if half else 10)
    if piece.kind == "year":
        return month_end(piece.last.year if half else piece.first.year, 6 if half else 3)
    return date(piece.first.year, piece.first.month + half, 15)


def soft_begin(word: str, piece: Piece) -> date:
    """The day from which on it is the beginning, the middle or the end of a piece of time."""
    if word == "dau" or piece.kind in ("day", "part"):
        return piece.first
    middle = word == "giua"
    if piece.kind == "month":
        return piece.first.replace(day=11 if middle else 21)
    months = {"quarter": (1, 2), "half": (2, 4), "year": (4, 9)}[piece.kind][not middle]
    return date(piece.first.year, piece.first.month + months, 1)
