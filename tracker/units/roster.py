"""Rosters as CSV: bytes go in, checked lines of units, groups or people come out.

Every wrong line is named with its number, what is wrong and how to mend it; all of them at once, as one
`Invalid`. What only memory can tell (is there such a unit already?) is asked by the caller.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from tracker.errors import Invalid
from tracker.vietnamese.forms import fold, tidy

LIMIT = 5 * 1024 * 1024
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CODE = re.compile(r"[\w.-]{1,60}")
LIST_MARKS = re.compile(r"[|;]")

# The head of a column in Vietnamese and in English → the name of the field.
UNIT_HEADS = {
    "ma": "code",
    "ten": "name",
    "ten_ngan": "short_name",
    "loai": "kind",
    "cap": "level",
    "dia_ban": "place",
    "thuoc": "parent",
    "hom_thu": "mailbox",
    "hop_thu": "mailbox",
    "de_nghi": "courtesy",
    "ten_khac": "aliases",
}
GROUP_HEADS = {"ten": "name", "loai": "kind", "don_vi": "units", "ten_khac": "aliases"}
PEOPLE_HEADS = {
    "ho_ten": "name",
    "email": "email",
    "thu_dien_tu": "email",
    "dien_thoai": "phone",
    "vai_tro": "role",
    "don_vi": "unit",
}

# Folded word of the office → code.
KINDS = {
    "committee": "committee",
    "co quan chu quan": "committee",
    "ubnd": "committee",
    "uy ban": "committee",
    "office": "office",
    "phong": "office",
    "phong ban": "office",
    "phong, ban": "office",
    "phong chuyen mon": "office",
    "so": "office",
    "commune": "commune",
    "xa": "commune",
    "phuong": "commune",
    "thi tran": "commune",
    "xa, phuong, thi tran": "commune",
    "dac khu": "commune",
    "agency": "agency",
    "nganh doc": "agency",
    "co quan nganh doc": "agency",
    "organisation": "organisation",
    "organization": "organisation",
    "doan the": "organisation",
    "mat tran": "organisation",
    "mat tran, doan the": "organisation",
    "other": "other",
    "khac": "other",
    "don vi khac": "other",
    "don vi su nghiep": "other",
}
LEVELS = {
    "": "",
    "province": "province",
    "tinh": "province",
    "thanh pho": "province",
    "district": "district",
    "huyen": "district",
    "quan": "district",
    "thi xa": "district",
    "commune": "commune",
    "xa": "commune",
    "phuong": "commune",
    "thi tran": "commune",
}
ROLES = {
    "admin": "admin",
    "quan tri": "admin",
    "quan tri he thong": "admin",
    "manager": "manager",
    "quan ly": "manager",
    "quan ly danh muc": "manager",
    "coordinator": "coordinator",
    "theo doi": "coordinator",
    "theo doi ke hoach": "coordinator",
    "head": "head",
    "thu truong": "head",
    "nguoi dung dau": "head",
    "officer": "officer",
    "phu trach": "officer",
    "can bo": "officer",
    "chuyen vien": "officer",
    "leader": "leader",
    "lanh dao": "leader",
    "viewer": "viewer",
    "xem": "viewer",
    "xem tien do": "viewer",
}
YES_NO = {
    "": False,
    "khong": False,
    "0": False,
    "no": False,
    "false": False,
    "x": True,
    "co": True,
    "1": True,
    "yes": True,
    "true": True,
}


@dataclass(frozen=True)
class UnitLine:
    """A unit as the file has it. A field whose column is missing is None: memory keeps what it has."""

    number: int
    code: str
    name: str
    kind: str
    short_name: str | None
    level: str | None
    place: str | None
    parent: str | None
    mailbox: str | None
    courtesy: bool | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class GroupLine:
    """A group: every unit of `kind`, or the units whose codes are listed."""

    number: int
    name: str
    kind: str
    units: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class PersonLine:
    """One role of one person; `unit` is a code, empty for the roles that belong to the whole committee."""

    number: int
    name: str
    email: str
    phone: str | None
    role: str
    unit: str


@dataclass
class Complaints:
    """What is wrong, line by line."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, words: str) -> None:
        self.found.append((number, words))

    def settle(self) -> None:
        """Raise `Invalid` with all of them, or do nothing."""
        if not self.found:
            return
        lines = "\n".join(f"Dòng {number}: {words}" for number, words in sorted(self.found))
        raise Invalid(f"Tệp có chỗ chưa đúng nên chưa dòng nào được ghi. Xin sửa rồi nạp lại.\n{lines}")


@dataclass(frozen=True)
class Line:
    """A line of the table: its number in the file and its cells by field."""

    number: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.cells.get(name)

    def words(self, name: str) -> str:
        return self.cells.get(name, "")


def is_groups(data: bytes | str) -> bool:
    """Whether the file lists groups: its head has a column for a list of units, and none for a code."""
    head = next(_records(_text(data)), None)
    if head is None:
        return False
    return "units" in _heads(head.cells, GROUP_HEADS) and "code" not in _heads(head.cells, UNIT_HEADS)


def read_units(data: bytes | str, complaints: Complaints) -> list[UnitLine]:
    """The file's units; what is wrong with a line is added to `complaints` and the line left out."""
    lines = _table(data, UNIT_HEADS, ("code", "name", "kind"))
    _complain_of_repeats(lines, "code", "mã", complaints)
    return [unit for line in lines if (unit := _unit(line, complaints))]


def read_groups(data: bytes | str, complaints: Complaints) -> list[GroupLine]:
    """The file's groups."""
    lines = _table(data, GROUP_HEADS, ("name",))
    _complain_of_repeats(lines, "name", "tên nhóm", complaints)
    return [group for line in lines if (group := _group(line, complaints))]


def read_people(data: bytes | str, complaints: Complaints, unit_roles: Collection[str]) -> list[PersonLine]:
    """The file's people, one line a role; those of `unit_roles` are held in a unit."""
    people = [
        person
        for line in _table(data, PEOPLE_HEADS, ("name", "email", "role"))
        if (person := _person(line, complaints, unit_roles))
    ]
    _complain_of_two_names(people, complaints)
    return people


def _unit(line: Line, complaints: Complaints) -> UnitLine | None:
    before = len(complaints.found)
    code = line.words("code")
    if not CODE.fullmatch(code):
        complaints.add(
            line.number, _missing_or(code, "mã", "chỉ dùng chữ, số, dấu chấm, gạch; tối đa 60 ký tự")
        )
    _within(line, "name", "tên", 300, complaints, required=True)
    _within(line, "short_name", "tên ngắn", 120, complaints)
    _within(line, "place", "địa bàn", 200, complaints)
    kind = _word(line, "kind", "loại", KINDS, complaints)
    level = _word(line, "level", "cấp", LEVELS, complaints)
    courtesy = _word(line, "courtesy", "cột đề nghị", YES_NO, complaints)
    mailbox = line.get("mailbox")
    if mailbox and not _is_email(mailbox):
        complaints.add(
            line.number, f"hộp thư “{mailbox}” chưa đúng dạng ten@coquan.vn; xin sửa hoặc để trống."
        )
    if line.words("parent") and line.words("parent") == code:
        complaints.add(
            line.number,
            f"đơn vị “{code}” không thể thuộc chính nó; xin ghi mã đơn vị cấp trên hoặc để trống.",
        )
    if len(complaints.found) > before:
        return None
    return UnitLine(
        number=line.number,
        code=code,
        name=line.words("name"),
        kind=str(kind),
        short_name=line.get("short_name"),
        level=None if line.get("level") is None else str(level),
        place=line.get("place"),
        parent=line.get("parent"),
        mailbox=mailbox.lower() if mailbox is not None else None,
        courtesy=None if line.get("courtesy") is None else bool(courtesy),
        aliases=_list(line.words("aliases")),
    )


def _group(line: Line, complaints: Complaints) -> GroupLine | None:
    before = len(complaints.found)
    _within(line, "name", "tên nhóm", 300, complaints, required=True)
    units = tuple(dict.fromkeys(_list(line.words("units"))))
    kind = _word(line, "kind", "loại", {"": "", **KINDS}, complaints)
    if bool(kind) == bool(units) and len(complaints.found) == before:
        complaints.add(
            line.number, "nhóm cần đúng một trong hai: loại (mọi đơn vị loại ấy) hoặc danh sách mã đơn vị."
        )
    if len(complaints.found) > before:
        return None
    return GroupLine(line.number, line.words("name"), str(kind or ""), units, _list(line.words("aliases")))


def _person(line: Line, complaints: Complaints, unit_roles: Collection[str]) -> PersonLine | None:
    before = len(complaints.found)
    _within(line, "name", "họ tên", 200, complaints, required=True)
    _within(line, "phone", "số điện thoại", 40, complaints)
    email = line.words("email").lower()
    if not _is_email(email):
        complaints.add(line.number, _missing_or(email, "thư điện tử", "cần có dạng ten@coquan.vn"))
    role = _word(line, "role", "vai trò", ROLES, complaints)
    unit = line.words("unit")
    if role in unit_roles and not unit:
        complaints.add(line.number, "vai trò này gắn với một đơn vị; xin ghi mã đơn vị ở cột don_vi.")
    if role and role not in unit_roles and unit:
        complaints.add(line.number, "vai trò này là của cả cơ quan; xin để trống cột don_vi.")
    if len(complaints.found) > before:
        return None
    return PersonLine(line.number, line.words("name"), email, line.get("phone"), str(role), unit)


def _complain_of_repeats(lines: list[Line], name: str, words: str, complaints: Complaints) -> None:
    first: dict[str, int] = {}
    for line in lines:
        value = line.words(name)
        if value and first.setdefault(value, line.number) != line.number:
            complaints.add(
                line.number, f"{words} “{value}” đã có ở dòng {first[value]}; xin bỏ một dòng hoặc sửa lại."
            )


def _complain_of_two_names(people: list[PersonLine], complaints: Complaints) -> None:
    first: dict[str, PersonLine] = {}
    for person in people:
        known = first.setdefault(person.email, person)
        if known.name != person.name:
            complaints.add(
                person.number,
                f"thư điện tử “{person.email}” ở dòng {known.number} là của {known.name}; "
                "xin dùng một họ tên cho một địa chỉ.",
            )


def _word(
    line: Line, name: str, words: str, table: Mapping[str, str | bool], complaints: Complaints
) -> str | bool | None:
    """The code for what the cell says; a column that is not there says nothing."""
    said = line.get(name)
    if said is None:
        return None
    code = table.get(fold(said))
    if code is None:
        complaints.add(line.number, _missing_or(said, words, f"dùng một trong: {_offer(name)}"))
    return code


def _offer(name: str) -> str:
    """The words that a person may put there: those with marks, as the offices write them."""
    return {
        "kind": "phòng ban, xã, ngành dọc, đoàn thể, cơ quan chủ quản, khác",
        "level": "tỉnh, huyện, xã, hoặc để trống",
        "courtesy": "x (đề nghị), hoặc để trống",
        "role": "lãnh đạo, quản lý, theo dõi, người đứng đầu, phụ trách, xem",
    }[name]


def _within(
    line: Line, name: str, words: str, longest: int, complaints: Complaints, *, required: bool = False
) -> None:
    value = line.words(name)
    if required and not value:
        complaints.add(line.number, f"thiếu {words}; xin điền vào.")
    if len(value) > longest:
        complaints.add(line.number, f"{words} dài {len(value)} ký tự; xin rút còn tối đa {longest}.")


def _missing_or(value: str, words: str, how: str) -> str:
    return f"{words} “{value}” chưa dùng được; {how}." if value else f"thiếu {words}; {how}."


def _is_email(value: str) -> bool:
    return len(value) <= 254 and EMAIL.fullmatch(value) is not None


def _list(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for raw in LIST_MARKS.split(value) if (part := tidy(raw))))


def _table(data: bytes | str, heads: Mapping[str, str], required: Collection[str]) -> list[Line]:
    """The lines under the head, by field. A file that is no such table is refused as a whole."""
    records = _records(_text(data))
    head = next(records, None)
    if head is None:
        raise Invalid("Tệp không có dòng nào. Xin chọn tệp CSV có dòng đầu là tên các cột.")
    fields = _heads(head.cells, heads)
    missing = [name for name in required if name not in fields]
    if missing:
        wanted = ", ".join(next(k for k, v in heads.items() if v == name) for name in missing)
        known = ", ".join(heads)
        raise Invalid(
            f"Dòng {head.number} là tên các cột mà thiếu cột: {wanted}. Các cột được nhận: {known}."
        )
    lines = []
    for record in records:
        values = list(record.cells.values())
        if len(values) > len(fields) and any(values[len(fields) :]):
            extra = len(values) - len(fields)
            raise Invalid(
                f"Dòng {record.number} thừa {extra} ô so với tên các cột. "
                "Xin đặt ô có dấu phẩy trong ngoặc kép, rồi nạp lại."
            )
        values += [""] * (len(fields) - len(values))  # a line cut short has empty cells, not none
        lines.append(Line(record.number, {n: v for n, v in zip(fields, values, strict=False) if n}))
    return lines


def _heads(cells: Mapping[str, str], heads: Mapping[str, str]) -> list[str]:
    """The field of each column, empty for a column that is not ours."""
    english = set(heads.values())
    names = [re.sub(r"[\s-]+", "_", fold(cell)) for cell in cells.values()]
    return [heads.get(name) or (name if name in english else "") for name in names]


@dataclass(frozen=True)
class _Record:
    number: int
    cells: Mapping[str, str]


def _records(text: str) -> Iterator[_Record]:
    """Every record that is not empty, with the number of the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    began = 1
    try:
        for row in reader:
            cells = {str(place): tidy(cell) for place, cell in enumerate(row)}
            if any(cells.values()):
                yield _Record(began, cells)
            began = reader.line_num + 1
    except csv.Error:
        raise Invalid(f"Dòng {began} không đọc được. Xin kiểm tra dấu ngoặc kép ở dòng ấy.") from None


def _delimiter(text: str) -> str:
    """Excel writes a semicolon where the comma is the decimal mark; the head tells which."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.lstrip("\ufeff")
    if not data.strip():
        raise Invalid("Tệp trống. Xin chọn tệp CSV có dòng đầu là tên các cột.")
    if len(data) > LIMIT:
        raise Invalid("Tệp lớn hơn 5 MB. Xin chia thành nhiều tệp nhỏ hơn.")
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise Invalid(
            "Đây là tệp Excel. Xin mở tệp, chọn Lưu thành (Save As), loại “CSV UTF-8”, rồi nạp lại."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            "Tệp không phải UTF-8 nên mất dấu tiếng Việt. Xin lưu lại với loại “CSV UTF-8”."
        ) from None
