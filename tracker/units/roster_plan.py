"""What taking a list would do: the lines of a file beside what memory has, and the plan that comes of it.

A plan is shown before it is carried out, and the same plan is what is carried out. Whatever the whole list
makes wrong (a name twice, parents in a circle, times that overlap) is complained of line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from hashlib import sha256
from typing import TypeVar

from tracker.units import roster_words as words
from tracker.units.matching import key
from tracker.units.roster import (
    GROUPS,
    PEOPLE,
    UNITS,
    Complaints,
    GroupLine,
    PersonLine,
    Spelling,
    UnitLine,
    cells_of,
    day_text,
)
from tracker.vietnamese.forms import comparison_key

ADDED, CHANGED, SAME = "added", "changed", "same"
ORDER = (SAME, CHANGED, ADDED)
VERSION_FIELDS = frozenset(
    {"name", "kind", "short_name", "level", "place", "parent", "valid_from", "valid_to"}
)

T = TypeVar("T", UnitLine, GroupLine, PersonLine)


@dataclass(frozen=True)
class Change:
    """One field, by its label, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """A line of the file and what becomes of it. `owner` is what it is about: a code, a name or an address."""

    number: int
    owner: str
    title: str
    result: str
    changes: tuple[Change, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Placed:
    """A version of a unit as it shall be; `at` is its place among those that memory has, None for a new one."""

    line: UnitLine
    at: int | None


@dataclass
class Plan:
    """All that would be done. `units`, `groups` and `people` are what has to be written, by owner."""

    kind: str
    entries: list[Entry] = field(default_factory=list)
    units: dict[str, tuple[Placed, ...]] = field(default_factory=dict)
    groups: dict[str, GroupLine] = field(default_factory=dict)
    people: dict[str, list[PersonLine]] = field(default_factory=dict)

    def results(self) -> dict[str, str]:
        """What becomes of each owner: added says more than changed, changed more than same."""
        found: dict[str, str] = {}
        for entry in self.entries:
            found[entry.owner] = max(found.get(entry.owner, SAME), entry.result, key=ORDER.index)
        return found

    def mark(self) -> str:
        """A digest: two plans of the same mark would do the same."""
        return sha256(repr((self.kind, self.entries)).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class KnownPerson:
    """Somebody whom memory has. `ours` says whether this committee may correct the name and telephone."""

    name: str
    phone: str
    ours: bool
    roles: Mapping[tuple[str, str], tuple[date | None, date | None]]


@dataclass(frozen=True)
class Memory:
    """What a committee has: the versions of its units by code (in order), its groups by name, people by address."""

    units: Mapping[str, tuple[UnitLine, ...]]
    groups: Mapping[str, GroupLine] = field(default_factory=dict)
    people: Mapping[str, KnownPerson] = field(default_factory=dict)


# Units


def plan_units(lines: Sequence[UnitLine], memory: Memory, complaints: Complaints) -> Plan:
    """Lines of one code are its versions; one that begins like a known version corrects it."""
    plan = Plan(UNITS)
    codes = _Codes((*lines, *_lines_of(memory)))
    lines = [replace(line, parent=codes.of(line.parent)) for line in lines]
    given: dict[str, list[UnitLine]] = {}
    for line in lines:
        given.setdefault(line.code, []).append(line)
    after = {code: _as_placed(known) for code, known in memory.units.items()}
    for code, own in given.items():
        _agree(own, ("mailbox", "courtesy"), words.labels(words.UNIT_COLUMNS), complaints)
        after[code], entries = _versions(_gathered(own), memory.units.get(code, ()))
        plan.entries += entries
        if any(entry.result != SAME for entry in entries):
            plan.units[code] = after[code]
    plan.entries.sort(key=lambda entry: entry.number)
    every = [placed.line for versions in after.values() for placed in versions]
    _check_times(after, complaints)
    _check_names(every, complaints)
    _check_parents(every, complaints)
    _check_spellings(every, tuple(memory.groups.values()), complaints)
    return plan


def _as_placed(known: Sequence[UnitLine]) -> tuple[Placed, ...]:
    return tuple(Placed(line, at) for at, line in enumerate(known))


def _gathered(own: Sequence[UnitLine]) -> list[UnitLine]:
    """What belongs to the whole unit may stand on any of its lines, and then holds for all of them."""
    mailbox = next((line.mailbox for line in own if line.mailbox), "")
    courtesy = any(line.courtesy for line in own)
    spellings = _joined(*(line.spellings for line in own))
    return [replace(line, mailbox=mailbox, courtesy=courtesy, spellings=spellings) for line in own]


def _versions(own: Sequence[UnitLine], known: Sequence[UnitLine]) -> tuple[tuple[Placed, ...], list[Entry]]:
    """The versions as they shall be, and what becomes of each line."""
    places = _places(own, known)
    whole = _over(own[0], known[-1]) if known else own[0]
    after = {at: _shared(line, whole) for at, line in enumerate(known)}
    new, entries = [], []
    for line in own:
        at = places[line.number]
        before = known[at] if at is not None else None
        wanted = _shared(_over(line, before) if before else _standing(line, known), whole)
        if at is None:
            new.append(Placed(wanted, None))
        else:
            after[at] = wanted
        entries.append(_unit_entry(wanted, before, known))
    placed = [*(Placed(line, at) for at, line in after.items()), *new]
    placed.sort(key=lambda one: one.line.valid_from or date.min)
    return tuple(placed), entries


def _standing(line: UnitLine, known: Sequence[UnitLine]) -> UnitLine:
    """A new version stands where the last one stood, as far as the file does not say; its names are its own."""
    if not known:
        return line
    kept = {name: getattr(known[-1], name) for name in ("level", "place", "parent") if name not in line.said}
    return replace(line, **kept)


def _places(own: Sequence[UnitLine], known: Sequence[UnitLine]) -> dict[int, int | None]:
    """Number of the line → which known version it speaks of: the one that begins on that day, else the one of
    that name. A file without dates speaks of the last one."""
    if known and len(own) == 1 and "valid_from" not in own[0].said:
        return {own[0].number: len(known) - 1}
    found: dict[int, int | None] = {}
    free = set(range(len(known)))

    def same_start(line: UnitLine, at: int) -> bool:
        return line.valid_from == known[at].valid_from

    def same_name(line: UnitLine, at: int) -> bool:
        return comparison_key(line.name) == comparison_key(known[at].name)

    for alike in (same_start, same_name):
        for line in own:
            if line.number not in found:
                at = next((at for at in sorted(free) if alike(line, at)), None)
                if at is not None:
                    found[line.number] = at
                    free.discard(at)
    return {line.number: found.get(line.number) for line in own}


def _over(line: T, before: T) -> T:
    """The line, with what the file does not speak of taken from memory."""
    kept = {
        one.name: getattr(before, one.name)
        for one in fields(before)
        if one.name not in line.said and one.name not in ("number", "said", "spellings")
    }
    wanted = replace(line, **kept)
    if isinstance(wanted, PersonLine) or isinstance(before, PersonLine):
        return wanted
    return replace(wanted, spellings=_joined(before.spellings, wanted.spellings))


def _shared(line: UnitLine, whole: UnitLine) -> UnitLine:
    return replace(line, mailbox=whole.mailbox, courtesy=whole.courtesy, spellings=whole.spellings)


def _joined(first: Iterable[Spelling] = (), *more: Iterable[Spelling]) -> tuple[Spelling, ...]:
    """The first spellings, and of the others those that say more; where a later one says its kind, that holds."""
    found = list(first)
    places = {key(spelling.text): at for at, spelling in enumerate(found)}
    for spelling in (one for some in more for one in some):
        form = key(spelling.text)
        if form not in places:
            places[form] = len(found)
            found.append(spelling)
        elif spelling.kind:
            found[places[form]] = replace(found[places[form]], kind=spelling.kind)
    return tuple(found)


def _unit_entry(wanted: UnitLine, before: UnitLine | None, known: Sequence[UnitLine]) -> Entry:
    if before is None and not known:
        return Entry(wanted.number, wanted.code, wanted.name, ADDED)
    # A new version is told by what it changes in the one that was last.
    changes = _changes(wanted, before or known[-1], words.labels(words.UNIT_COLUMNS))
    note = "" if before else "giai đoạn mới của đơn vị này"
    result = CHANGED if changes or note else SAME
    return Entry(wanted.number, wanted.code, wanted.name, result, changes, note)


def _changes(wanted: T, before: T | None, labels: Mapping[str, str]) -> tuple[Change, ...]:
    new = cells_of(wanted)
    old = cells_of(before) if before is not None else dict.fromkeys(new, "")
    return tuple(Change(labels[name], old[name], new[name]) for name in new if new[name] != old[name])


def _agree(own: Sequence[T], names: Iterable[str], labels: Mapping[str, str], complaints: Complaints) -> None:
    """What belongs to the whole owner is not said in two ways."""
    for name in names:
        first: T | None = None
        for line in (one for one in own if getattr(one, name)):
            first = first or line
            if getattr(line, name) != getattr(first, name):
                complaints.add(
                    line.number,
                    f"cột {labels[name]} khác với dòng {first.number}; xin ghi như nhau, hoặc chỉ ghi ở một dòng.",
                )


# What the whole list makes wrong


def _check_times(after: Mapping[str, Sequence[Placed]], complaints: Complaints) -> None:
    """The versions of a unit follow each other."""
    for code, versions in after.items():
        for one, other in _overlapping([placed.line for placed in versions]):
            line, against = (other, one) if other.number > one.number else (one, other)
            if line.number:
                complaints.add(line.number, _overlap_words(code, line, against))


def _overlap_words(code: str, line: UnitLine, against: UnitLine) -> str:
    if against.number and not any((line.valid_from, line.valid_to, against.valid_from, against.valid_to)):
        return (
            f"mã “{code}” đã có ở dòng {against.number}; xin bỏ một dòng, sửa mã, "
            "hoặc ghi Hiệu lực từ, Hiệu lực đến nếu là hai giai đoạn."
        )
    where = f"dòng {against.number}" if against.number else f"giai đoạn đã có “{against.name}”"
    return (
        f"hiệu lực của mã “{code}” chồng lên {where} ({_term_words(against)}); "
        "xin để giai đoạn trước kết thúc một ngày trước khi giai đoạn sau bắt đầu."
    )


def _term_words(line: UnitLine) -> str:
    first, last = day_text(line.valid_from), day_text(line.valid_to)
    return " ".join(filter(None, (first and f"từ {first}", last and f"đến {last}"))) or "không ghi ngày"


def _overlapping(lines: Iterable[UnitLine]) -> Iterator[tuple[UnitLine, UnitLine]]:
    """Pairs of lines that hold on the same day; each line is told once against the longest before it."""
    longest: UnitLine | None = None
    for line in sorted(lines, key=_start):
        if longest is not None and _start(line) <= _end(longest):
            yield longest, line
        if longest is None or _end(line) > _end(longest):
            longest = line


def _start(line: UnitLine) -> date:
    return line.valid_from or date.min


def _end(line: UnitLine) -> date:
    return line.valid_to or date.max


def _check_names(every: Iterable[UnitLine], complaints: Complaints) -> None:
    """Under one parent no two units have the same name at the same time."""
    alike: dict[tuple[str, str], list[UnitLine]] = {}
    for line in every:
        alike.setdefault((comparison_key(line.name), line.parent), []).append(line)
    for same in alike.values():
        for one, other in _overlapping(same) if len(same) > 1 else ():
            line, against = (other, one) if other.number > one.number else (one, other)
            if line.number and line.code != against.code:
                where = f", dòng {against.number}" if against.number else ""
                complaints.add(
                    line.number,
                    f"đã có đơn vị “{line.name}” (mã {against.code}{where}) cùng cấp trên, cùng thời gian; "
                    "xin dùng một mã cho một đơn vị, hoặc thêm địa bàn vào tên.",
                )


def _check_parents(every: Sequence[UnitLine], complaints: Complaints) -> None:
    """Every parent exists, and going up from any unit ends, on every day."""
    known = {line.code for line in every} | complaints.left_out
    for line in every:
        if line.number and line.parent and line.parent not in known:
            _unknown(line.number, line.parent, complaints)
    for day in sorted({_start(line) for line in every if line.parent}):
        ups = {line.code: line for line in every if line.parent and _start(line) <= day <= _end(line)}
        for line in _circle(ups):
            if line.number:
                complaints.add(
                    line.number,
                    f"“{line.code}” và “{line.parent}” thuộc lẫn nhau; xin sửa cột Thuộc.",
                )


def _circle(ups: Mapping[str, UnitLine]) -> Iterator[UnitLine]:
    """The lines from which going up comes back to themselves."""
    done: set[str] = set()
    for code in ups:
        way: dict[str, None] = {}
        at = code
        while at in ups and at not in done and at not in way:
            way[at] = None
            at = ups[at].parent
        if at in way:
            seen = list(way)
            yield from (ups[one] for one in seen[seen.index(at) :])
        done |= way.keys()


def _unknown(number: int, code: str, complaints: Complaints) -> None:
    complaints.add(
        number,
        f"không có đơn vị mã “{code}”, cũng không có tên ấy; xin sửa lại, hoặc nạp danh sách đơn vị trước.",
    )


class _Codes:
    """Where a file names a unit by its code in other letters, or by a name that only one unit bears: its code."""

    def __init__(self, units: Iterable[UnitLine]) -> None:
        self.known: set[str] = set()
        self.by_name: dict[str, set[str]] = {}
        for line in units:
            self.known.add(line.code)
            for name in (line.code, line.name, line.short_name, *(one.text for one in line.spellings)):
                self.by_name.setdefault(key(name), set()).add(line.code)

    def of(self, said: str) -> str:
        """The code that is meant; what was said where nobody or more than one is."""
        found = self.by_name.get(key(said), set()) if said and said not in self.known else set()
        return next(iter(found)) if len(found) == 1 else said

    def all(self, said: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(self.of, said)))


def _lines_of(memory: Memory) -> Iterator[UnitLine]:
    return (line for versions in memory.units.values() for line in versions)


@dataclass(frozen=True)
class _Meaning:
    """What a spelling stands for, and when; a group is always."""

    owner: str
    name: str
    number: int
    old: bool = False
    start: date = date.min
    end: date = date.max


def _check_spellings(units: Iterable[UnitLine], groups: Iterable[GroupLine], complaints: Complaints) -> None:
    """On any day a spelling means one thing. An office and its successor may share one, and so may all to whom
    the work of an office that is no more has gone (each has it as an old name): a person is asked then."""
    meant: dict[str, list[_Meaning]] = {}
    for spelling, meaning in (*_unit_meanings(units), *_group_meanings(groups)):
        known = meant.setdefault(key(spelling), [])
        for other in known:
            if _clash(meaning, other):
                wrong, against = (meaning, other) if meaning.number >= other.number else (other, meaning)
                if wrong.number:
                    complaints.add(
                        wrong.number,
                        f"tên khác “{spelling}” đã được dùng cho “{against.name}”; xin bỏ ở một trong hai chỗ.",
                    )
        known.append(meaning)


def _clash(one: _Meaning, other: _Meaning) -> bool:
    return (
        one.owner != other.owner
        and not (one.old and other.old)
        and one.start <= other.end
        and other.start <= one.end
    )


def _unit_meanings(units: Iterable[UnitLine]) -> Iterator[tuple[str, _Meaning]]:
    whole: dict[str, list[UnitLine]] = {}
    for line in units:
        whole.setdefault(line.code, []).append(line)
    for code, lines in whole.items():
        number = max(line.number for line in lines)
        start, end = min(map(_start, lines)), max(map(_end, lines))
        for one in lines[-1].spellings:
            yield one.text, _Meaning(f"unit {code}", code, number, one.kind == "old", start, end)


def _group_meanings(groups: Iterable[GroupLine]) -> Iterator[tuple[str, _Meaning]]:
    for group in groups:
        for one in group.spellings:
            yield one.text, _Meaning(f"group {group.name}", group.name, group.number, one.kind == "old")


# Groups


def plan_groups(lines: Sequence[GroupLine], memory: Memory, today: date, complaints: Complaints) -> Plan:
    """A group is known by its name."""
    plan = Plan(GROUPS)
    codes = _Codes(_lines_of(memory))
    lines = [
        replace(
            line, parent=codes.of(line.parent), units=codes.all(line.units), without=codes.all(line.without)
        )
        for line in lines
    ]
    _once(lines, lambda line: line.name, "tên nhóm", complaints)
    after = dict(memory.groups)
    for line in lines:
        before = memory.groups.get(line.name)
        wanted = after[line.name] = _over(line, before) if before else line
        _check_group(wanted, memory, complaints)
        changes = _changes(wanted, before, words.labels(words.GROUP_COLUMNS)) if before else ()
        result = ADDED if before is None else CHANGED if changes else SAME
        plan.entries.append(
            Entry(line.number, line.name, line.name, result, changes, _nobody(wanted, memory, today))
        )
        if result != SAME:
            plan.groups[line.name] = wanted
    units = [line for versions in memory.units.values() for line in versions]
    _check_spellings(units, tuple(after.values()), complaints)
    return plan


def _check_group(group: GroupLine, memory: Memory, complaints: Complaints) -> None:
    for code in filter(None, (group.parent, *group.units, *group.without)):
        if code not in memory.units:
            _unknown(group.number, code, complaints)
    if bool(group.rule) == bool(group.units):
        complaints.add(
            group.number,
            "nhóm cần đúng một trong hai: quy tắc (Loại, Cấp, Địa bàn, Thuộc) hoặc danh sách mã ở cột Đơn vị.",
        )


def _nobody(group: GroupLine, memory: Memory, today: date) -> str:
    """Said where nobody is meant today: no error, the units may come later."""
    present = [
        line
        for versions in memory.units.values()
        for line in versions
        if _start(line) <= today <= _end(line) and line.code not in group.without
    ]
    rule = group.rule
    meant = any(
        all(getattr(line, name) == value for name, value in rule.items())
        if rule
        else line.code in group.units
        for line in present
    )
    return "" if meant else "hôm nay chưa có đơn vị nào thuộc nhóm này; xin kiểm tra lại cột Loại, Cấp, Thuộc"


# People


def plan_people(lines: Sequence[PersonLine], memory: Memory, complaints: Complaints) -> Plan:
    """People are known by their address; a line is one of their roles."""
    plan = Plan(PEOPLE)
    codes = _Codes(_lines_of(memory))
    lines = [replace(line, unit=codes.of(line.unit)) for line in lines]
    _once(
        lines,
        lambda line: (line.email, line.role, line.unit),
        "vai trò này của",
        complaints,
        lambda line: line.email,
    )
    own: dict[str, list[PersonLine]] = {}
    for line in lines:
        own.setdefault(line.email, []).append(line)
        if line.unit and line.unit not in memory.units:
            _unknown(line.number, line.unit, complaints)
    for email, some in own.items():
        _one_name(some, complaints)
        _agree(some, ("phone",), words.labels(words.PEOPLE_COLUMNS), complaints)
        phone = next((line.phone for line in some if line.phone), "")
        for line in some:
            _plan_person(plan, replace(line, phone=phone), memory.people.get(email))
    plan.entries.sort(key=lambda entry: entry.number)
    return plan


def _plan_person(plan: Plan, line: PersonLine, known: KnownPerson | None) -> None:
    wanted, before, note = line, None, ""
    if known is not None:
        if not known.ours:
            line, note = (
                replace(line, name=known.name, phone=known.phone),
                "cũng thuộc cơ quan khác nên giữ họ tên",
            )
            note = note if (wanted.name, wanted.phone) != (known.name, known.phone) else ""
        term = known.roles.get((line.role, line.unit))
        there = PersonLine(known.name, line.email, line.role, known.phone, line.unit, *(term or (None, None)))
        wanted = _over(line, there)
        before = there if term is not None else replace(there, role="", unit="")
    changes = _changes(wanted, before, words.labels(words.PEOPLE_COLUMNS)) if known else ()
    result = ADDED if known is None else CHANGED if changes else SAME
    plan.entries.append(Entry(line.number, line.email, wanted.name, result, changes, note))
    if result != SAME:
        plan.people.setdefault(line.email, []).append(wanted)


def _one_name(own: Sequence[PersonLine], complaints: Complaints) -> None:
    for line in own[1:]:
        if line.name != own[0].name:
            complaints.add(
                line.number,
                f"thư điện tử “{line.email}” ở dòng {own[0].number} là của {own[0].name}; "
                "xin dùng một họ tên cho một địa chỉ.",
            )


def _once(
    lines: Iterable[T],
    of: Callable[[T], object],
    what: str,
    complaints: Complaints,
    shown: Callable[[T], str] | None = None,
) -> None:
    first: dict[object, int] = {}
    for line in lines:
        if first.setdefault(of(line), line.number) != line.number:
            said = shown(line) if shown else of(line)
            complaints.add(
                line.number, f"{what} “{said}” đã có ở dòng {first[of(line)]}; xin bỏ một dòng hoặc sửa lại."
            )
