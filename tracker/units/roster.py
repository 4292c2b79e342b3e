"""Lists of units, groups and people: rows of cells go in, checked lines come out, and the other way round.

Every wrong line is named with its number, what is wrong and how to mend it; all of them at once, as one
`Invalid`. What only the whole list can tell (names used twice, parents in a circle) is asked by `roster_plan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TypeVar

from tracker.errors import Invalid
from tracker.units import roster_words as words
from tracker.units.roster_words import Choice, Column
from tracker.vietnamese.forms import fold, tidy

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CODE = re.compile(r"[\w.-]{1,60}")
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
LONGEST_SPELLING = 400
TITLE_ROWS = 10
"""A head that comes later than this is none: a title and whom it is for take a few rows."""
NOTHING_WRITTEN = "Tệp có chỗ chưa đúng nên chưa dòng nào được ghi. Xin sửa rồi nạp lại."

UNITS, GROUPS, PEOPLE = "units", "groups", "people"
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    UNITS: words.UNIT_COLUMNS,
    GROUPS: words.GROUP_COLUMNS,
    PEOPLE: words.PEOPLE_COLUMNS,
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    UNITS: ("code", "name", "kind"),
    GROUPS: ("name",),
    PEOPLE: ("name", "email", "role"),
}

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Spelling:
    """Another name; `kind` is empty where nobody said what kind of name it is."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class UnitLine:
    """A unit as it is between two dates. `said` are the fields that the file has a column for: memory keeps the
    others. Number 0 is a line of memory."""

    code: str
    name: str
    kind: str = "other"
    short_name: str = ""
    level: str = ""
    place: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    mailbox: str = ""
    courtesy: bool = False
    spellings: tuple[Spelling, ...] = ()
    number: int = 0
    said: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GroupLine:
    """A group: a rule (every unit that meets all that is said), or the units whose codes are listed."""

    name: str
    kind: str = ""
    level: str = ""
    place: str = ""
    parent: str = ""
    units: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    number: int = 0
    said: frozenset[str] = frozenset()

    @property
    def rule(self) -> dict[str, str]:
        """What the rule says, the parent by its code; empty for a list."""
        given = {"kind": self.kind, "level": self.level, "place": self.place, "parent": self.parent}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class PersonLine:
    """One role of one person; `unit` is a code, empty for the roles that belong to the whole committee."""

    name: str
    email: str
    role: str
    phone: str = ""
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    number: int = 0
    said: frozenset[str] = frozenset()


AnyLine = UnitLine | GroupLine | PersonLine
L = TypeVar("L", UnitLine, GroupLine, PersonLine)


@dataclass
class Complaints:
    """What is wrong, line by line. `left_out` are the codes of wrong lines, so that whoever names one is not
    blamed for it."""

    found: list[tuple[int, str]] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)

    def add(self, number: int, said: str) -> None:
        if (number, said) not in self.found:
            self.found.append((number, said))

    def settle(self) -> None:
        """Raise `Invalid` with all of them, or do nothing."""
        if self.found:
            lines = "\n".join(f"Dòng {number}: {said}" for number, said in sorted(self.found))
            raise Invalid(f"{NOTHING_WRITTEN}\n{lines}")


# From rows to lines


@dataclass(frozen=True)
class Cells:
    """A row under its head: its number, its cells by field, and where to complain."""

    number: int
    texts: Mapping[str, str]
    labels: Mapping[str, str]
    complaints: Complaints

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def wrong(self, said: str) -> None:
        self.complaints.add(self.number, said)


def kind_of(rows: Sequence[Row]) -> str:
    """Which list it is, told by its head: people have an address, units a code, groups a list of units."""
    has = _head_fields(rows)
    if {"name", "role"} & has[PEOPLE] or ("email" in has[PEOPLE] and "code" not in has[UNITS]):
        return PEOPLE
    if "code" in has[UNITS]:
        return UNITS
    if lists_groups(rows):
        return GROUPS
    raise Invalid(
        "Chưa rõ tệp là danh sách gì. Xin để dòng đầu là tên các cột: đơn vị cần Mã, Tên, Loại; "
        "nhóm cần Tên, Đơn vị; người dùng cần Họ tên, Email, Vai trò."
    )


def lists_groups(rows: Sequence[Row]) -> bool:
    """Whether the head has a column for a list of units, and none for a code."""
    has = _head_fields(rows)
    return "code" not in has[UNITS] and bool({"units", "without"} & has[GROUPS])


def _head_fields(rows: Sequence[Row]) -> dict[str, set[str]]:
    """What the head has columns for, if it were that of each list."""
    head = rows[_head_at(rows)][1] if rows else ()
    return {kind: set(_fields(head, columns)) for kind, columns in COLUMNS.items()}


def _head_at(rows: Sequence[Row]) -> int:
    """Which row is the head: the first one, or below a title the first that names two columns of one list."""
    for at, (_number, cells) in enumerate(rows[:TITLE_ROWS]):
        if any(len(set(_fields(cells, columns)) - {""}) > 1 for columns in COLUMNS.values()):
            return at
    return 0


def read_units(rows: Sequence[Row], complaints: Complaints) -> list[UnitLine]:
    """The units of the file; what is wrong with a line is added to `complaints` and the line left out."""
    return _lines(rows, UNITS, _unit, complaints)


def read_groups(rows: Sequence[Row], complaints: Complaints) -> list[GroupLine]:
    """The groups of the file."""
    return _lines(rows, GROUPS, _group, complaints)


def read_people(rows: Sequence[Row], complaints: Complaints, unit_roles: Collection[str]) -> list[PersonLine]:
    """The people of the file, one line a role; those of `unit_roles` are held in a unit."""
    return _lines(rows, PEOPLE, partial(_person, unit_roles=unit_roles), complaints)


def _lines(rows: Sequence[Row], kind: str, read: Callable[[Cells], L], complaints: Complaints) -> list[L]:
    found = []
    for cells in _table(rows, kind, complaints):
        before = len(complaints.found)
        line = read(cells)
        if len(complaints.found) == before:
            found.append(replace(line, number=cells.number, said=frozenset(cells.texts)))
        else:
            complaints.left_out.add(cells.text("code"))
    return found


def _unit(cells: Cells) -> UnitLine:
    code = cells.text("code")
    if not CODE.fullmatch(code):
        _miss(cells, "code", "chỉ dùng chữ, số, dấu chấm, gạch; tối đa 60 ký tự")
    if code and cells.text("parent") == code:
        cells.wrong(f"đơn vị “{code}” không thể thuộc chính nó; xin ghi mã đơn vị cấp trên hoặc để trống.")
    valid_from, valid_to = _term(cells)
    return UnitLine(
        code=code,
        name=_required(cells, "name"),
        kind=_choice(cells, "kind", words.KINDS),
        short_name=cells.text("short_name"),
        level=_choice(cells, "level", words.LEVELS, empty=True),
        place=cells.text("place"),
        parent=cells.text("parent"),
        valid_from=valid_from,
        valid_to=valid_to,
        mailbox=_mailbox(cells),
        courtesy=_yes(cells),
        spellings=_spellings(cells),
    )


def _group(cells: Cells) -> GroupLine:
    return GroupLine(
        name=_required(cells, "name"),
        kind=_choice(cells, "kind", words.KINDS, empty=True),
        level=_choice(cells, "level", words.LEVELS, empty=True),
        place=cells.text("place"),
        parent=cells.text("parent"),
        units=split(cells.text("units")),
        without=split(cells.text("without")),
        spellings=_spellings(cells),
    )


def _person(cells: Cells, unit_roles: Collection[str]) -> PersonLine:
    email = cells.text("email").lower()
    if not _is_email(email):
        _miss(cells, "email", "cần có dạng ten@coquan.vn")
    role = _choice(cells, "role", words.ROLES)
    unit = cells.text("unit")
    if role in unit_roles and not unit:
        cells.wrong("vai trò này gắn với một đơn vị; xin ghi mã đơn vị ở cột Đơn vị.")
    if role and role not in unit_roles and unit:
        cells.wrong("vai trò này là của cả cơ quan; xin để trống cột Đơn vị.")
    valid_from, valid_to = _term(cells)
    return PersonLine(
        name=_required(cells, "name"),
        email=email,
        role=role,
        phone=cells.text("phone"),
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )


# Single cells


def _required(cells: Cells, name: str) -> str:
    if not cells.text(name):
        cells.wrong(f"thiếu {_label(cells, name)}; xin điền vào.")
    return cells.text(name)


def _miss(cells: Cells, name: str, how: str) -> None:
    said, label = cells.text(name), _label(cells, name)
    cells.wrong(f"{label} “{said}” chưa dùng được; {how}." if said else f"thiếu {label}; {how}.")


def _label(cells: Cells, name: str) -> str:
    label = cells.labels[name]
    return label[:1].lower() + label[1:]


def _choice(cells: Cells, name: str, choices: tuple[Choice, ...], *, empty: bool = False) -> str:
    said = fold(cells.text(name))
    if not said and (empty or name not in cells.texts):
        return ""
    code = words.codes(choices).get(said, "")
    if not code:
        left = ", hoặc để trống" if empty else ""
        _miss(cells, name, f"dùng một trong: {words.offer(choices)}{left}")
    return code


def _yes(cells: Cells) -> bool:
    said = fold(cells.text("courtesy"))
    if said not in {fold(word) for word in (*words.YES, *words.NO)}:
        _miss(cells, "courtesy", "dùng một trong: x (đề nghị, không giao), hoặc để trống")
    return said in {fold(word) for word in words.YES}


def _mailbox(cells: Cells) -> str:
    said = cells.text("mailbox")
    if said and not _is_email(said):
        cells.wrong(f"hộp thư “{said}” chưa đúng dạng ten@coquan.vn; xin sửa hoặc để trống.")
    return said.lower()


def _is_email(said: str) -> bool:
    return len(said) <= 254 and EMAIL.fullmatch(said) is not None


def _term(cells: Cells) -> tuple[date | None, date | None]:
    first, last = _day(cells, "valid_from"), _day(cells, "valid_to")
    if first and last and last < first:
        cells.wrong(
            f"hiệu lực đến {day_text(last)} sớm hơn hiệu lực từ {day_text(first)}; xin sửa một trong hai ngày."
        )
    return first, last


def _day(cells: Cells, name: str) -> date | None:
    said = cells.text(name)
    if not said:
        return None
    found = read_day(said)
    if found is None:
        _miss(cells, name, "xin ghi ngày dạng 01/07/2025, hoặc để trống")
    return found


def read_day(text: str) -> date | None:
    """`1/7/2025`, `01-07-2025` or `2025-07-01`; None for what is no day."""
    day_first, year_first = DAY_FIRST.fullmatch(text), YEAR_FIRST.fullmatch(text.removesuffix(" 00:00:00"))
    try:
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        return date(*map(int, year_first.groups())) if year_first else None
    except ValueError:
        return None


def day_text(day: date | None) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}" if day else ""


def _spellings(cells: Cells) -> tuple[Spelling, ...]:
    found: dict[str, Spelling] = {}
    for name, kind in words.SPELLINGS.items():
        for text in split(cells.text(name)):
            if len(text) > LONGEST_SPELLING:
                cells.wrong(f"tên khác dài {len(text)} ký tự; xin rút còn tối đa {LONGEST_SPELLING}.")
            found.setdefault(text, Spelling(text, kind))
    return tuple(found.values())


def split(cell: str) -> tuple[str, ...]:
    """The parts of a list: `PTP | Phòng TP`; a bar or semicolon that belongs to a name has a backslash."""
    parts: list[str] = []
    part, escaped = "", False
    for char in cell:
        if escaped or char not in "\\|;":
            part, escaped = part + char, False
        elif char == "\\":
            escaped = True
        else:
            parts, part = [*parts, part], ""
    return tuple(dict.fromkeys(text for raw in (*parts, part) if (text := tidy(raw))))


def join(parts: Iterable[str]) -> str:
    """A list as one cell, so that `split` gives it back."""
    return " | ".join(re.sub(r"([\\|;])", r"\\\1", part) for part in parts)


# The table


def _table(rows: Sequence[Row], kind: str, complaints: Complaints) -> list[Cells]:
    """The rows under the head, by field. A file that is no such table is refused as a whole."""
    if not rows:
        raise Invalid("Tệp không có dòng nào. Xin chọn tệp có dòng đầu là tên các cột.")
    columns = COLUMNS[kind]
    at = _head_at(rows)
    fields = _fields(rows[at][1], columns)
    _check_head(rows[at][0], fields, kind)
    labels = words.labels(columns)
    found = []
    for number, cells in rows[at + 1 :]:
        extra = [cell for cell in cells[len(fields) :] if cell]
        if extra:
            complaints.add(
                number,
                f"thừa {len(extra)} ô so với tên các cột; xin đặt ô có dấu phẩy trong ngoặc kép.",
            )
            continue
        texts = [*cells, *[""] * (len(fields) - len(cells))]  # a row cut short has empty cells, not none
        line = Cells(number, {n: t for n, t in zip(fields, texts, strict=False) if n}, labels, complaints)
        if _fits(line, columns):
            found.append(line)
    return found


def _check_head(number: int, fields: Sequence[str], kind: str) -> None:
    labels = words.labels(COLUMNS[kind])
    twice = sorted({labels[name] for name in fields if name and fields.count(name) > 1})
    if twice:
        raise Invalid(f"Dòng {number} có hai cột cùng tên: {', '.join(twice)}. Xin bỏ một cột.")
    missing = [labels[name] for name in REQUIRED[kind] if name not in fields]
    if missing:
        raise Invalid(
            f"Dòng {number} là tên các cột mà thiếu cột: {', '.join(missing)}. "
            f"Các cột được nhận: {', '.join(labels.values())}."
        )


def _fits(cells: Cells, columns: Iterable[Column]) -> bool:
    """Whether every cell can be kept: not too long, and no formula that failed."""
    before = len(cells.complaints.found)
    for column in columns:
        said = cells.text(column.field)
        if said in words.FAULTS:
            cells.wrong(f"cột {column.label} có công thức lỗi ({said}); xin ghi giá trị vào ô.")
        if column.longest and len(said) > column.longest:
            cells.wrong(
                f"{_label(cells, column.field)} dài {len(said)} ký tự; xin rút còn tối đa {column.longest}."
            )
    return len(cells.complaints.found) == before


def _fields(head: Sequence[str], columns: Iterable[Column]) -> list[str]:
    """The field of each column, empty for a column that is not ours."""
    known = words.heads(columns)
    return [known.get(words.head_key(cell), "") for cell in head]


# From lines to rows


def cells_of(line: AnyLine) -> dict[str, str]:
    """The line as the cells of its row, by field."""
    if isinstance(line, UnitLine):
        return _unit_cells(line)
    return _group_cells(line) if isinstance(line, GroupLine) else _person_cells(line)


def _unit_cells(line: UnitLine) -> dict[str, str]:
    return {
        "code": line.code,
        "name": line.name,
        "short_name": line.short_name,
        "kind": words.written(words.KINDS).get(line.kind, line.kind),
        "level": words.written(words.LEVELS).get(line.level, line.level),
        "place": line.place,
        "parent": line.parent,
        "valid_from": day_text(line.valid_from),
        "valid_to": day_text(line.valid_to),
        "mailbox": line.mailbox,
        "courtesy": "x" if line.courtesy else "",
        **_spelling_cells(line.spellings),
    }


def _group_cells(line: GroupLine) -> dict[str, str]:
    return {
        "name": line.name,
        "kind": words.written(words.KINDS).get(line.kind, line.kind),
        "level": words.written(words.LEVELS).get(line.level, line.level),
        "place": line.place,
        "parent": line.parent,
        "units": join(line.units),
        "without": join(line.without),
        **_spelling_cells(line.spellings),
    }


def _person_cells(line: PersonLine) -> dict[str, str]:
    return {
        "name": line.name,
        "email": line.email,
        "phone": line.phone,
        "role": words.written(words.ROLES).get(line.role, line.role),
        "unit": line.unit,
        "valid_from": day_text(line.valid_from),
        "valid_to": day_text(line.valid_to),
    }


def _spelling_cells(spellings: Iterable[Spelling]) -> dict[str, str]:
    kept = list(spellings)
    return {
        name: join(one.text for one in kept if one.kind == kind) for name, kind in words.SPELLINGS.items()
    }


def rows_of(kind: str, lines: Iterable[AnyLine]) -> list[tuple[str, ...]]:
    """Head and rows of a list, ready to be written."""
    columns = COLUMNS[kind]
    rows = [tuple(column.label for column in columns)]
    for line in lines:
        cells = cells_of(line)
        rows.append(tuple(cells[column.field] for column in columns))
    return rows
