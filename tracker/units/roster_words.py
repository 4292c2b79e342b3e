"""The words of rosters, as data: the columns, and what may stand in those with a fixed choice.

A column is known by its label or by one of its other heads, with or without marks and joined or not
(`Tên ngắn`, `ten_ngan`, `short_name`). The first word for a code is the one that is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.vietnamese.forms import fold


@dataclass(frozen=True)
class Column:
    """A column. `longest` is how many characters memory holds; `width` how wide it is on a sheet."""

    field: str
    label: str
    longest: int = 0
    width: int = 16
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """The words for a code, the one that is written first."""

    code: str
    words: tuple[str, ...]


# Other spellings, by their kind.
SPELLINGS = {
    "aliases": "",
    "abbreviations": "abbreviation",
    "colloquial": "colloquial",
    "old_names": "old",
    "official": "official",
    "misread": "ocr",
}
SPELLING_COLUMNS = (
    Column("aliases", "Tên khác", width=30),
    Column("abbreviations", "Tên viết tắt", width=18, also=("viet_tat",)),
    Column("colloquial", "Tên thường gọi", width=18),
    Column("old_names", "Tên cũ", width=18),
    Column("official", "Tên chính thức", width=18),
    Column("misread", "Tên đọc nhầm", width=18),
)
TERM = (
    Column("valid_from", "Hiệu lực từ", width=13, also=("tu_ngay",)),
    Column("valid_to", "Hiệu lực đến", width=13, also=("den_ngay",)),
)
UNIT_COLUMNS = (
    Column("code", "Mã", 60, width=12, also=("ma_don_vi", "ma_co_quan")),
    Column("name", "Tên", 300, width=40, also=("ten_don_vi", "ten_co_quan")),
    Column("short_name", "Tên ngắn", 120),
    Column("kind", "Loại", width=18),
    Column("level", "Cấp", width=9),
    Column("place", "Địa bàn", 200),
    Column("parent", "Thuộc", width=12, also=("truc_thuoc",)),
    *TERM,
    Column("mailbox", "Hộp thư", 254, width=30, also=("hom_thu", "email", "thu_dien_tu")),
    Column("courtesy", "Đề nghị", width=10),
    *SPELLING_COLUMNS,
)
GROUP_COLUMNS = (
    Column("name", "Tên", 300, width=40, also=("ten_nhom",)),
    Column("kind", "Loại", width=18),
    Column("level", "Cấp", width=9),
    Column("place", "Địa bàn", 200),
    Column("parent", "Thuộc", width=12, also=("truc_thuoc",)),
    Column("units", "Đơn vị", width=30),
    Column("without", "Trừ", width=18, also=("tru_don_vi",)),
    *SPELLING_COLUMNS,
)
PEOPLE_COLUMNS = (
    Column("name", "Họ tên", 200, width=26, also=("ho_va_ten",)),
    Column("email", "Email", 254, width=34, also=("thu_dien_tu",)),
    Column("phone", "Điện thoại", 40, also=("so_dien_thoai", "sdt")),
    Column("role", "Vai trò", width=18),
    Column("unit", "Đơn vị", width=12, also=("ma_don_vi", "ten_don_vi")),
    *TERM,
)

KINDS = (
    Choice("office", ("phòng ban", "phòng, ban", "phòng", "phòng chuyên môn", "sở")),
    Choice(
        "commune", ("xã", "phường", "thị trấn", "đặc khu", "xã, phường, thị trấn", "xã, phường", "cấp xã")
    ),
    Choice("agency", ("ngành dọc", "cơ quan ngành dọc")),
    Choice("organisation", ("đoàn thể", "mặt trận", "mặt trận, đoàn thể", "organization")),
    Choice("committee", ("cơ quan chủ quản", "ubnd", "uỷ ban")),
    Choice("other", ("khác", "đơn vị khác", "đơn vị sự nghiệp")),
)
LEVELS = (
    Choice("province", ("tỉnh", "thành phố")),
    Choice("district", ("huyện", "quận", "thị xã")),
    Choice("commune", ("xã", "phường", "thị trấn", "đặc khu")),
)
ROLES = (
    Choice("leader", ("lãnh đạo",)),
    Choice("manager", ("quản lý", "quản lý danh mục")),
    Choice("coordinator", ("theo dõi", "theo dõi kế hoạch")),
    Choice("head", ("người đứng đầu", "thủ trưởng")),
    Choice("officer", ("phụ trách", "cán bộ", "chuyên viên")),
    Choice("viewer", ("xem", "xem tiến độ")),
    Choice("admin", ("quản trị", "quản trị hệ thống")),
)
YES = ("x", "có", "1", "yes", "true")
NO = ("", "không", "0", "no", "false")
# What a formula leaves behind when it fails.
FAULTS = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


def codes(choices: Iterable[Choice]) -> dict[str, str]:
    """Folded word → code; a code is a word for itself."""
    return {fold(word): one.code for one in choices for word in (one.code, *one.words)}


def written(choices: Iterable[Choice]) -> dict[str, str]:
    """Code → the word that is written."""
    return {one.code: one.words[0] for one in choices}


def offer(choices: Iterable[Choice]) -> str:
    """The words that a person may put there."""
    return ", ".join(one.words[0] for one in choices if one.code != "admin")


def heads(columns: Iterable[Column]) -> dict[str, str]:
    """Head as it is compared → field."""
    return {
        head_key(head): column.field
        for column in columns
        for head in (column.label, column.field, *column.also)
    }


def head_key(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", fold(cell).strip())


def labels(columns: Iterable[Column]) -> Mapping[str, str]:
    """Field → label."""
    return {column.field: column.label for column in columns}
