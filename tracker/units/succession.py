"""Reorganisation as arithmetic: what is wrong with a change, and where each open assignment goes and why.

Pure: a change and the open work come in, faults and proposals come out. A proposal is never carried out by
itself: a person confirms it line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tracker.vietnamese.forms import comparison_key

KINDS = ("renamed", "merged", "split", "moved", "abolished")
ENDING = ("merged", "split", "abolished")
STAY = "stay"
EXCUSE = "excuse"
DISSOLVED = "đơn vị giải thể"
HEIR = "heir:"
EARLIEST = 1945
UNIT_KINDS = ("", "committee", "office", "commune", "agency", "organisation", "other")
LEVELS = ("", "province", "district", "commune")


@dataclass(frozen=True)
class Heir:
    """A unit after the change: one that exists (`unit_id`), or a new one with its name and place.

    `function` is the field of work that it takes over; empty is everything. Of a renamed or moved unit it
    says what the unit becomes.
    """

    unit_id: int | None = None
    name: str = ""
    short_name: str = ""
    code: str = ""
    kind: str = ""
    level: str = ""
    place: str = ""
    parent_id: int | None = None
    function: str = ""


@dataclass(frozen=True)
class Change:
    """What is to happen to `units` from the day `on`, and which document orders it."""

    kind: str
    units: tuple[int, ...]
    on: date
    document: str = ""
    heirs: tuple[Heir, ...] = ()

    @cached_property
    def lives_on(self) -> frozenset[int]:
        """Units of the change that stay what they are: the others join them, or a part leaves them."""
        heirs = {heir.unit_id for heir in self.heirs if heir.unit_id is not None}
        return frozenset(heirs & set(self.units)) if self.kind in ENDING else frozenset(self.units)

    @cached_property
    def ended(self) -> tuple[int, ...]:
        """Units that are no more from the day on."""
        return tuple(unit for unit in self.units if unit not in self.lives_on)

    @property
    def last_day(self) -> date:
        """The last day before the change."""
        return self.on - timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """A unit as its last version has it."""

    id: int
    name: str
    code: str
    valid_from: date | None = None
    valid_to: date | None = None
    parent_id: int | None = None


@dataclass(frozen=True)
class Fault:
    """What must be mended first; `field` is where on the form."""

    field: str
    text: str


@dataclass(frozen=True)
class OpenWork:
    """An open assignment, with the words that say which field of work it belongs to."""

    id: int
    words: tuple[str, ...]
    holder_id: int
    due_on: date | None = None
    state: str = "open"


@dataclass(frozen=True)
class Move:
    """Where one assignment goes: `to` is "stay", "heir:0" or empty while a person must answer; `doubt` says
    what is not sure about it."""

    work_id: int
    to: str
    reason: str
    doubt: str = ""


# What is wrong with a change


def faults(change: Change, units: Mapping[int, Known], today: date) -> list[Fault]:
    """Everything that stands in the way, in words with the way out."""
    return [*_about_day(change, today), *_about_units(change, units), *_about_heirs(change, units)]


def _about_day(change: Change, today: date) -> list[Fault]:
    if change.on > today:
        return [
            Fault(
                "on", f"Ngày hiệu lực {_day(change.on)} chưa đến. Xin quay lại đúng ngày {_day(change.on)}."
            )
        ]
    if change.on.year < EARLIEST:
        return [Fault("on", f"Ngày hiệu lực {_day(change.on)} quá xa. Xin kiểm tra lại năm.")]
    return []


def _about_units(change: Change, units: Mapping[int, Known]) -> list[Fault]:
    if not change.units:
        return [Fault("units", "Xin chọn đơn vị được sắp xếp.")]
    if len(set(change.units)) < len(change.units):
        return [Fault("units", "Một đơn vị được chọn hai lần. Xin bỏ bớt một lần.")]
    if change.kind == "merged" and len(change.units) + len(_existing_outside(change)) < 2:
        return [Fault("units", "Sáp nhập cần ít nhất hai đơn vị. Xin chọn thêm đơn vị.")]
    if change.kind in ("renamed", "moved", "split") and len(change.units) > 1:
        return [Fault("units", "Mỗi lần chỉ làm cho một đơn vị. Xin chọn một đơn vị.")]
    return [fault for unit in change.units for fault in _not_there(unit, change, units, "units")]


def _existing_outside(change: Change) -> list[int]:
    return [h.unit_id for h in change.heirs if h.unit_id is not None and h.unit_id not in change.units]


def _not_there(unit: int, change: Change, units: Mapping[int, Known], field: str) -> list[Fault]:
    known = units.get(unit)
    if known is None:
        return [Fault(field, "Không tìm thấy một đơn vị đã chọn. Xin chọn lại trong danh sách.")]
    if known.valid_to is not None:
        return [Fault(field, f"{known.name} chỉ hoạt động đến hết ngày {_day(known.valid_to)}. Xin bỏ chọn.")]
    if known.valid_from is not None and known.valid_from >= change.on:
        words = f"{known.name} mang tên này từ ngày {_day(known.valid_from)}"
        return [Fault("on", f"{words}. Xin chọn ngày hiệu lực sau ngày đó.")]
    return []


def _about_heirs(change: Change, units: Mapping[int, Known]) -> list[Fault]:
    found = [
        fault
        for heir in change.heirs
        for fault in _about_place(heir, units) or _about_heir(heir, change, units)
    ]
    existing = [heir.unit_id for heir in change.heirs if heir.unit_id is not None]
    if len(set(existing)) < len(existing):
        found.append(Fault("heirs", "Một đơn vị kế thừa được ghi hai lần. Xin gộp lại thành một dòng."))
    new = [heir for heir in change.heirs if heir.unit_id is None and change.kind in ENDING]
    if _twice(heir.code.casefold() for heir in new) or _twice(comparison_key(heir.name) for heir in new):
        found.append(
            Fault("heirs", "Hai đơn vị mới cùng tên hoặc cùng mã. Xin ghi tên và mã riêng cho từng đơn vị.")
        )
    if change.kind != "abolished" and not change.heirs:
        found.append(Fault("heirs", "Xin cho biết đơn vị sau khi sắp xếp."))
    if change.kind == "merged" and len(change.heirs) > 1:
        found.append(Fault("heirs", "Sáp nhập chỉ có một đơn vị kế thừa. Nhiều hơn thì là chia tách."))
    if change.kind == "split":
        found += _about_functions(change)
    if change.kind == "abolished" and change.lives_on:
        found.append(Fault("heirs", "Đơn vị giải thể không thể tự kế thừa. Xin chọn đơn vị khác."))
    return found


def _about_functions(change: Change) -> list[Fault]:
    if len(change.heirs) < 2:
        return [Fault("heirs", "Chia tách cần ít nhất hai đơn vị kế thừa. Chỉ một thì là đổi tên.")]
    if any(not heir.function for heir in change.heirs):
        return [Fault("heirs", "Xin ghi lĩnh vực mà mỗi đơn vị kế thừa nhận.")]
    return []


def _twice(words: Iterable[str]) -> bool:
    found = [word for word in words if word]
    return len(set(found)) < len(found)


def _about_heir(heir: Heir, change: Change, units: Mapping[int, Known]) -> list[Fault]:
    if change.kind in ("renamed", "moved"):
        return _about_becoming(heir, change, units)
    if heir.unit_id is not None:
        return [] if heir.unit_id in change.units else _not_there(heir.unit_id, change, units, "heirs")
    if not heir.name:
        return [Fault("heirs", "Xin ghi tên đơn vị mới.")]
    if not heir.code:
        return [Fault("heirs", f"Xin ghi mã cho {heir.name}.")]
    if any(known.code.casefold() == heir.code.casefold() for known in units.values()):
        return [Fault("heirs", f"Mã {heir.code} đã dùng cho đơn vị khác. Xin chọn mã khác.")]
    same = _same_name(heir.name, set(change.ended), units)
    if same:
        return [Fault("heirs", f"Đã có đơn vị tên {same}. Xin chọn đơn vị đó hoặc ghi tên khác.")]
    if heir.parent_id in change.ended:
        return [Fault("heirs", "Đơn vị cấp trên của đơn vị mới không còn sau sắp xếp. Xin chọn lại.")]
    return []


def _about_place(heir: Heir, units: Mapping[int, Known]) -> list[Fault]:
    """A new unit, or what one becomes, is of a known kind and stands under a unit of the committee that goes on."""
    if heir.kind not in UNIT_KINDS or heir.level not in LEVELS:
        return [Fault("heirs", "Xin chọn loại và cấp trong danh sách.")]
    above = units.get(heir.parent_id) if heir.parent_id is not None else None
    if heir.parent_id is not None and (above is None or above.valid_to is not None):
        return [Fault("heirs", "Đơn vị cấp trên đã chọn không còn hoạt động. Xin chọn lại trong danh sách.")]
    return []


def _about_becoming(heir: Heir, change: Change, units: Mapping[int, Known]) -> list[Fault]:
    if change.kind == "renamed" and not heir.name:
        return [Fault("heirs", "Xin ghi tên mới.")]
    unit = next(iter(change.units), None)
    if unit is None or unit not in units:
        return []
    if change.kind == "renamed" and comparison_key(heir.name) == comparison_key(units[unit].name):
        return [Fault("heirs", "Tên mới giống tên đang dùng. Xin ghi tên mới.")]
    same = _same_name(heir.name, {unit}, units) if heir.name else ""
    if same:
        return [Fault("heirs", f"Đã có đơn vị tên {same}. Xin ghi tên khác.")]
    if _below(heir.parent_id, unit, units):
        return [Fault("heirs", "Đơn vị cấp trên lại trực thuộc chính đơn vị này. Xin chọn đơn vị khác.")]
    if change.kind == "moved" and heir.parent_id == units[unit].parent_id:
        return [Fault("heirs", "Đơn vị đã trực thuộc nơi này. Xin chọn đơn vị cấp trên mới.")]
    return []


def _same_name(name: str, leaving: set[int], units: Mapping[int, Known]) -> str:
    """A unit that goes on under the same name; empty where there is none."""
    wanted = comparison_key(name)
    going_on = (known for known in units.values() if known.valid_to is None and known.id not in leaving)
    return next((known.name for known in going_on if comparison_key(known.name) == wanted), "")


def _below(parent: int | None, unit: int, units: Mapping[int, Known]) -> bool:
    """Whether the way up from `parent` passes `unit`: a cycle."""
    seen: set[int] = set()
    while parent is not None and parent not in seen:
        if parent == unit:
            return True
        seen.add(parent)
        known = units.get(parent)
        parent = known.parent_id if known else None
    return False


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


# Where open work goes


def propose(change: Change, works: Iterable[OpenWork], names: Sequence[str]) -> list[Move]:
    """One move for each assignment that a unit of the change holds; `names` are those of the heirs."""
    return [_move(change, work, names) for work in works if work.holder_id in change.units]


def _move(change: Change, work: OpenWork, names: Sequence[str]) -> Move:
    if change.kind == "renamed":
        return Move(work.id, STAY, "Đơn vị đổi tên, việc ở nguyên chỗ.")
    if change.kind == "moved":
        return Move(work.id, STAY, "Đơn vị chuyển nơi trực thuộc, việc ở nguyên chỗ.")
    if work.holder_id in change.lives_on and change.kind != "split":
        return Move(work.id, STAY, f"{_name_of(change, work.holder_id, names)} tiếp tục hoạt động.")
    if not change.heirs:
        return Move(work.id, "", "Đơn vị giải thể.", "Chưa có đơn vị nhận. Xin chọn đơn vị hoặc thôi giao.")
    if len(change.heirs) == 1:
        how = "Sáp nhập vào" if change.kind == "merged" else "Giải thể, chuyển cho"
        return _to(change, work, 0, f"{how} {names[0]}.")
    return _by_function(change, work, names)


def _name_of(change: Change, unit: int, names: Sequence[str]) -> str:
    return next((n for heir, n in zip(change.heirs, names, strict=True) if heir.unit_id == unit), "Đơn vị")


def _to(change: Change, work: OpenWork, place: int, reason: str, doubt: str = "") -> Move:
    """To an heir; where this is who holds the work already, it stays."""
    stays = change.heirs[place].unit_id == work.holder_id
    return Move(work.id, STAY if stays else f"{HEIR}{place}", reason, doubt)


def _by_function(change: Change, work: OpenWork, names: Sequence[str]) -> Move:
    found = [_fit(heir.function, work.words) for heir in change.heirs]
    best = max(fit[0] for fit in found)
    places = [place for place, fit in enumerate(found) if fit[0] == best]
    if best == 0:
        doubt = "Chưa rõ việc này thuộc lĩnh vực nào. Xin kiểm tra."
        return _to(change, work, 0, f"Tạm xếp cho {names[0]}.", doubt)
    phrase = found[places[0]][1]
    reason = f"Thuộc lĩnh vực “{phrase}” của {names[places[0]]}."
    if len(places) > 1:
        return _to(change, work, places[0], reason, f"Cũng có thể thuộc {names[places[1]]}. Xin kiểm tra.")
    return _to(change, work, places[0], reason)


def _fit(function: str, words: Sequence[str]) -> tuple[float, str]:
    """How well a field of work fits, and the phrase that did. A phrase found in the first words (the task's
    own) weighs more than one in the later ones (its section)."""
    best = (0.0, "")
    for phrase in _phrases(function):
        for place, text in enumerate(words):
            if f" {phrase} " in _spaced(text):
                best = max(best, (len(phrase.split()) / (1 + place), phrase))
    return best


def _phrases(function: str) -> list[str]:
    parts = function.replace(";", ",").split(",")
    return [" ".join(_spaced(part).split()) for part in parts if part.strip()]


def _spaced(text: str) -> str:
    """Words between single spaces, so that a phrase is found whole."""
    plain = "".join(c if c.isalnum() else " " for c in comparison_key(text))
    return f" {' '.join(plain.split())} "
