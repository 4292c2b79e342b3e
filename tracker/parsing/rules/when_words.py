"""The words of time and what each of them is worth: tables, no code.

All keys are folded (no marks, small letters), because the patterns run over folded text; where two words
fold to the same letters (`tư` and `từ`, `sáu` and `sau`) the table of printed words tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping

# --- months and numbers ---

# As folded → the printed words that are not this month: `tháng từ` is no April, `tháng sau` no June.
MONTH_WORDS: Mapping[str, int] = {
    "gieng": 1,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
    "muoi mot": 11,
    "muoi hai": 12,
    "chap": 12,
}
NO_MONTH = frozenset({"từ", "tự", "tu", "sau", "nam", "bay", "bà", "hải", "mốt", "bạ"})

SMALL_NUMBERS: Mapping[str, int] = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
    "nhat": 1,
}
WEEKDAYS: Mapping[str, int] = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tu": 2,
    "4": 2,
    "nam": 3,
    "5": 3,
    "sau": 4,
    "6": 4,
    "bay": 5,
    "7": 5,
    "chu nhat": 6,
}

# What scanning makes of Roman numerals (docs of C01 to C09): a person reads `HI` as III, `1I` as II.
LIKE_ROMAN: Mapping[str, str] = {"l": "i", "1": "i", "|": "i", "!": "i", "h": "ii", "n": "iv", "u": "ii"}
# A small l looks like a capital I in most fonts and is no reason to ask.
SURE_ROMAN = frozenset("ivl|")

# --- the word before a piece of time, and what it makes of it (reading.md, section `timings`) ---

BEFORE = "before"
BY = "by"
FROM = "from"
AFTER = "after"
IN = "in"
BOUND_WORDS: Mapping[str, str] = {
    "truoc": BEFORE,
    "den truoc": BEFORE,
    "cham nhat truoc": BEFORE,
    "muon nhat truoc": BEFORE,
    "cham nhat": BY,
    "muon nhat": BY,
    "tre nhat": BY,
    "khong qua": BY,
    "khong cham hon": BY,
    "khong muon hon": BY,
    "cham nhat den": BY,
    "cham nhat den het": BY,
    "den het": BY,
    "cho den het": BY,
    "cho den": BY,
    "ket thuc": BY,
    "han cuoi": BY,
    "han chot": BY,
    "het": BY,
    "den": BY,
    "toi": BY,
    "tu nay den": BY,
    "tu nay cho den": BY,
    "tu nay den het": BY,
    "tu nay toi": BY,
    "bat dau tu": FROM,
    "bat dau": FROM,
    "ke tu": FROM,
    "tu": FROM,
    "sau": AFTER,
    "ngay trong": IN,
    "trong khoang thoi gian": IN,
    "trong khoang thoi gian tu": IN,
    "khoang thoi gian tu": IN,
    "trong thoi gian": IN,
    "trong thoi gian tu": IN,
    "trong": IN,
    "vao": IN,
}

# --- cycles ---

CYCLE_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
BY_MONTHS: Mapping[int, str] = {months: name for name, months in CYCLE_MONTHS.items()}
CYCLE_UNITS: Mapping[str, str] = {
    "nam": "year",
    "nan": "year",
    "ca nam": "year",
    "quy": "quarter",
    "qui": "quarter",
    "3 thang": "quarter",
    "thang": "month",
    "tuan": "week",
    "6 thang": "half-year",
    "sau thang": "half-year",
    "nua nam": "half-year",
    "9 thang": "year",
}
CYCLE_LABELS: Mapping[str, str] = {
    "6 thang": "6 tháng",
    "9 thang": "9 tháng",
    "nam": "năm",
    "quy": "quý",
    "thang": "tháng",
}
UNIT_MONTHS: Mapping[str, int] = {"thang": 1, "quy": 3, "nam": 12}

# --- days with a name: day and month that law or custom fixes ---

NAMED_DAYS: Mapping[str, tuple[int, int]] = {
    "ngay phap luat": (9, 11),  # Luật Phổ biến, giáo dục pháp luật 2012, Điều 8
    "quoc khanh": (2, 9),  # Bộ luật Lao động 2019, Điều 112, as the next two
    "quoc te lao dong": (1, 5),
    "tet duong lich": (1, 1),
    "ngay giai phong mien nam": (30, 4),
    "quoc te phu nu": (8, 3),
    "phu nu viet nam": (20, 10),
    "ngay nha giao viet nam": (20, 11),
    "ngay thuong binh - liet si": (27, 7),
    "ngay thuong binh, liet si": (27, 7),
    "ngay doanh nhan viet nam": (13, 10),
    "ngay chuyen doi so quoc gia": (10, 10),  # Quyết định 505/QĐ-TTg 2022
}
