"""Units one by one: added, corrected, named otherwise from a day on, and the spellings that mean them.

A mistake is corrected where it is written; what changed in the world gets a version of its own, so that a plan
of that time still finds the unit. What ends a unit or passes its work on is a reorganisation and not done here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.life import LIVE
from tracker.services import figures
from tracker.services.record import record_unit
from tracker.store.engine import transaction
from tracker.store.models import Alias, Committee, Unit, UnitVersion
from tracker.store.queries import house as find
from tracker.store.queries import plans as find_plans
from tracker.store.queries import units as find_units
from tracker.store.queries import work as find_work
from tracker.store.queries.absences import AbsenceRow, absences
from tracker.store.queries.house import ContactRow, EndedRow, RelationRow, SpellingRow, VersionRow
from tracker.store.queries.rows import FactRow, UnitRow, WorkRow
from tracker.store.queries.work import Wanted
from tracker.units import history
from tracker.units.history import Fault, Version
from tracker.units.matching import key

KINDS = ("committee", "office", "commune", "agency", "organisation", "other")
LEVELS = ("", "province", "district", "commune")
SPELLING_KINDS = ("official", "abbreviation", "colloquial", "old", "ocr")
EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
URGENT = ("overdue", "today", "soon")
LONGEST = {"name": 300, "short_name": 120, "code": 60, "place": 200, "mailbox": 254}


@dataclass(frozen=True)
class Entry:
    """What is said about a unit. Without a code, one is made."""

    name: str
    kind: str = "other"
    level: str = ""
    place: str = ""
    short_name: str = ""
    parent_id: int | None = None
    code: str = ""
    mailbox: str = ""
    courtesy: bool = False


@dataclass(frozen=True)
class House:
    """The units of a day by kind and name, those that were over by then, and the work of those whose figures
    the actor may see: unit → (open, overdue)."""

    units: tuple[UnitRow, ...]
    ended: tuple[EndedRow, ...]
    work: Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Life:
    """A unit's page beyond its figures: names over time, relatives, spellings, work that presses."""

    entry: Entry
    parent: UnitRow | None
    children: tuple[UnitRow, ...]
    groups: tuple[tuple[int, str], ...]
    versions: tuple[VersionRow, ...]
    before: tuple[RelationRow, ...]
    after: tuple[RelationRow, ...]
    spellings: tuple[SpellingRow, ...]
    contacts: tuple[ContactRow, ...]
    absences: tuple[AbsenceRow, ...]
    urgent: tuple[WorkRow, ...]
    facts: tuple[FactRow, ...]
    may_change: bool
    may_contact: bool


# Looking


def house(actor: Actor, committee_id: int, *, day: date, at: datetime) -> House:
    """The committee's units as they were on the day."""
    access.need(actor, "unit.see", Thing(committee_id))
    found = find_units.units(db.session, day, committee_id=committee_id)
    seen: set[int] | None = set(actor.units())
    if access.may(actor, "dashboard.see", Thing(committee_id)):
        seen = None
    work = _open_work(committee_id, seen, vietnam_day(at)) if seen is None or seen else {}
    return House(tuple(find_units.in_order(found)), find.ended(db.session, committee_id, day), work)


def _open_work(committee_id: int, units: set[int] | None, today: date) -> dict[int, tuple[int, int]]:
    """Unit → (how much it still has to do, how much of that is overdue)."""
    wanted = Wanted(committee_id=committee_id, holders=units, states=LIVE)
    stands = figures.codes(today)
    found: dict[int, tuple[int, int]] = {}
    for line in figures.lines(wanted):
        left, late = found.get(line.holder_id, (0, 0))
        code = stands(line)
        found[line.holder_id] = left + (code != "enough"), late + (code == "overdue")
    return found


def life(actor: Actor, unit_id: int, *, at: datetime) -> Life:
    """What the unit's page tells beside its figures."""
    unit, today = _unit(unit_id), vietnam_day(at)
    mine = Thing(unit.committee_id, None, frozenset({unit_id}))
    access.need(actor, "unit.see", mine)
    others = find_units.units(db.session, today, committee_id=unit.committee_id)
    groups = find_units.groups(db.session, unit.committee_id, today, existing=others)
    entry = _entry(unit, unit.versions[-1])
    sees_work = access.may(actor, "work.see", mine) or access.may(actor, "dashboard.see", mine)
    sees_people = access.may(actor, "people.see", mine) or unit_id in actor.units()
    may_change = access.may(actor, "unit.change", mine)
    parent = find_units.unit(db.session, entry.parent_id, today) if entry.parent_id else None
    return Life(
        entry=entry,
        parent=parent,
        children=tuple(find_units.in_order([one for one in others if one.parent_id == unit_id])),
        groups=tuple((one.id, one.name) for one in groups if unit_id in one.unit_ids),
        versions=find.history(db.session, unit_id),
        before=find.before(db.session, unit_id),
        after=find.after(db.session, [unit_id]).get(unit_id, ()),
        spellings=find.spellings(db.session, unit_id),
        contacts=find.contacts(db.session, unit_id) if access.may(actor, "contact.see", mine) else (),
        absences=_absences(unit, today) if sees_people else (),
        urgent=_urgent(unit_id, today) if sees_work else (),
        facts=find_plans.facts(db.session, thing="unit", thing_id=unit_id)[:20] if may_change else (),
        may_change=may_change,
        may_contact=access.may(actor, "contact.change", mine),
    )


def _urgent(unit_id: int, today: date) -> tuple[WorkRow, ...]:
    """What is overdue or due within thirty days, the oldest first."""
    rows = find_work.rows(db.session, Wanted(holders=[unit_id]), today)
    pressing = [row for row in rows if row.standing.code in URGENT and row.due_on]
    return tuple(sorted(pressing, key=lambda row: row.due_on or date.max)[:8])


def _absences(unit: Unit, today: date) -> tuple[AbsenceRow, ...]:
    ours = {one.id for one in find_units.people(db.session, unit.committee_id, today, unit_id=unit.id)}
    found = absences(db.session, people=ours, since=today) if ours else []
    return tuple(one for one in found if one.person_id in ours and one.covers(unit.id))


# Adding and changing


def add(actor: Actor, committee_id: int, entry: Entry, *, since: date | None, at: datetime) -> int:
    """A unit that was not there before, from a day on; returns its id."""
    access.need(actor, "unit.change", Thing(committee_id))
    entry = _checked(entry)
    with transaction(db.session):
        _lock(committee_id)
        code = entry.code or _free_code(committee_id)
        _check_code(committee_id, code, None)
        unit = Unit(committee_id=committee_id, code=code, created_at=at)
        unit.versions.append(UnitVersion(ordinal=1, name=entry.name, valid_from=since))
        _write(unit, unit.versions[0], replace(entry, code=code))
        db.session.add(unit)
        db.session.flush()
        _check_house(committee_id, unit)
        record_unit(
            db.session, actor, "unit-added", unit, at, after={"name": entry.name, "since": _iso(since)}
        )
        return unit.id


def correct(actor: Actor, unit_id: int, entry: Entry, *, at: datetime) -> None:
    """Mend what was written wrongly: the last version says it otherwise, as if it had always been so."""
    _need(actor, unit_id)
    entry = _checked(entry)
    with transaction(db.session):
        unit = _locked(unit_id)
        before = _entry(unit, unit.versions[-1])
        entry = replace(entry, code=entry.code or unit.code)
        _check_code(unit.committee_id, entry.code, unit.id)
        changes = _changes(before, entry)
        if not changes:
            return
        _write(unit, unit.versions[-1], entry)
        db.session.flush()
        _check_house(unit.committee_id, unit)
        record_unit(
            db.session,
            actor,
            "unit-corrected",
            unit,
            at,
            before={k: getattr(before, k) for k in changes},
            after=changes,
        )


def change_from(actor: Actor, unit_id: int, entry: Entry, *, since: date, at: datetime) -> None:
    """From a day on the unit is called otherwise, or stands elsewhere; until then it is as it was."""
    _need(actor, unit_id)
    entry = _checked(entry)
    with transaction(db.session):
        unit = _locked(unit_id)
        last = unit.versions[-1]
        _check_turn(last, since)
        before = _entry(unit, last)
        entry = replace(entry, code=entry.code or unit.code)
        _check_code(unit.committee_id, entry.code, unit.id)
        changes = _changes(before, entry)
        if not changes:
            raise Invalid("Chưa có gì thay đổi. Xin sửa tên, loại, cấp, địa bàn hoặc đơn vị cấp trên.")
        version = UnitVersion(ordinal=last.ordinal + 1, name=entry.name, valid_from=since)
        last.valid_to = since - timedelta(days=1)
        unit.versions.append(version)
        _write(unit, version, entry)
        db.session.flush()
        _check_house(unit.committee_id, unit)
        told = {"since": since.isoformat(), **changes}
        record_unit(
            db.session,
            actor,
            "unit-changed",
            unit,
            at,
            before={k: getattr(before, k) for k in changes},
            after=told,
        )


def _check_turn(last: UnitVersion, since: date) -> None:
    if last.valid_to is not None:
        raise Refused(
            f"“{last.name}” đã kết thúc ngày {_day(last.valid_to)} nên không đổi tiếp được. "
            "Nếu ghi nhầm ngày kết thúc, xin hoàn tác đợt sắp xếp ấy hoặc nạp lại danh sách."
        )
    if last.valid_from is not None and since <= last.valid_from:
        raise Invalid(
            f"Tên hiện nay dùng từ {_day(last.valid_from)}; hai thời kỳ sẽ chồng nhau. "
            f"Xin chọn ngày sau {_day(last.valid_from)}, hoặc chọn “Sửa chỗ ghi sai”.",
            code="overlap",
        )


# Spellings


def add_spelling(actor: Actor, unit_id: int, text: str, kind: str, *, at: datetime) -> None:
    """Another way of writing the unit's name."""
    _need(actor, unit_id)
    text = " ".join(text.split())
    if not text or len(text) > 400 or not key(text):
        raise Invalid("Xin ghi tên gọi, không quá 400 ký tự.")
    if kind not in SPELLING_KINDS:
        raise Invalid("Xin chọn loại tên gọi trong danh sách.")
    with transaction(db.session):
        unit = _locked(unit_id)
        _check_spelling(unit, text)
        db.session.add(
            Alias(
                committee_id=unit.committee_id,
                key=key(text),
                text=text,
                kind=kind,
                unit_id=unit.id,
                origin="typed",
            )
        )
        record_unit(db.session, actor, "spelling-added", unit, at, after={"text": text, "kind": kind})


def remove_spelling(actor: Actor, unit_id: int, spelling_id: int, *, at: datetime) -> None:
    """Forget a spelling, also one that was learned from a reviewer's choice. Plans that used it stay as they are."""
    _need(actor, unit_id)
    with transaction(db.session):
        unit = _locked(unit_id)
        row = db.session.get(Alias, spelling_id)
        if row is None or row.unit_id != unit.id:
            raise NotFound("Tên gọi này không còn trong danh sách.")
        record_unit(
            db.session, actor, "spelling-removed", unit, at, before={"text": row.text, "kind": row.kind}
        )
        db.session.delete(row)


def _check_spelling(unit: Unit, text: str) -> None:
    """One spelling means one unit at a time, otherwise every plan that has it becomes a question."""
    said = key(text)
    if any(key(one.name) == said for one in unit.versions):
        raise Refused(f"“{text}” được hiểu như tên của đơn vị, không cần thêm.")
    known = find.versions(db.session, unit.committee_id)
    query = select(Alias).where(Alias.committee_id == unit.committee_id, Alias.key == said)
    for row in db.session.scalars(query):
        if row.unit_id == unit.id:
            raise Refused(f"“{row.text}” đã có trong các tên gọi của đơn vị.")
        if row.unit_id is None:
            raise Refused(f"“{row.text}” đang chỉ một nhóm đơn vị. Xin bỏ ở nhóm trước, hoặc ghi rõ hơn.")
        if _at_once(known[unit.id], known.get(row.unit_id, [])):
            raise _taken(text, row.unit_id)
    for other, versions in known.items():
        named = [one for one in versions if key(one.name) == said]
        if other != unit.id and _at_once(known[unit.id], named):
            raise _taken(text, other)


def _at_once(ours: list[Version], theirs: list[Version]) -> bool:
    return any(one.meets(other) for one in ours for other in theirs)


def _taken(text: str, unit_id: int) -> Refused:
    name = find_units.names(db.session, [unit_id], date.max).get(unit_id, "")
    return Refused(f"“{text}” đang chỉ “{name}”. Xin bỏ tên gọi ở đơn vị ấy trước, hoặc ghi rõ hơn.")


# Checks


def _checked(entry: Entry) -> Entry:
    """The entry with tidy words. Raises `Invalid` for the first thing that cannot be taken."""
    entry = replace(
        entry,
        name=_tidy(entry.name),
        short_name=_tidy(entry.short_name),
        code=_tidy(entry.code),
        place=_tidy(entry.place),
        mailbox=_tidy(entry.mailbox),
    )
    labels = {
        "name": "Tên",
        "short_name": "Tên ngắn",
        "code": "Mã",
        "place": "Địa bàn",
        "mailbox": "Hộp thư chung",
    }
    for name, longest in LONGEST.items():
        if len(getattr(entry, name)) > longest:
            raise Invalid(f"{labels[name]} dài quá {longest} ký tự. Xin ghi ngắn lại.")
    if not entry.name or not key(entry.name):
        raise Invalid("Xin ghi tên đơn vị.", code="name")
    if entry.kind not in KINDS or entry.level not in LEVELS:
        raise Invalid("Xin chọn loại và cấp trong danh sách.")
    if entry.mailbox and not EMAIL.fullmatch(entry.mailbox):
        raise Invalid(
            f"Hộp thư “{entry.mailbox}” chưa đúng. Xin ghi dạng ten@coquan.vn, hoặc để trống.", code="mailbox"
        )
    return entry


def _check_code(committee_id: int, code: str, unit_id: int | None) -> None:
    query = select(Unit).where(Unit.committee_id == committee_id, Unit.code == code)
    for other in db.session.scalars(query):
        if other.id != unit_id:
            name = other.versions[-1].name
            raise Refused(f"Mã “{code}” đang dùng cho “{name}”. Xin chọn mã khác.", code="code-taken")


def _free_code(committee_id: int) -> str:
    used = set(db.session.scalars(select(Unit.code).where(Unit.committee_id == committee_id)))
    return next(code for n in range(len(used) + 1, 2 * len(used) + 3) if (code := f"DV{n}") not in used)


def _check_house(committee_id: int, unit: Unit) -> None:
    """The unit fits among the others. Raises what is wrong first, in words."""
    found = history.faults(find.versions(db.session, committee_id), unit.id)
    if found:
        raise _refusal(unit, found[0])


def _refusal(unit: Unit, fault: Fault) -> Refused:
    name = unit.versions[-1].name
    other = find_units.names(db.session, [fault.other], date.max).get(fault.other, "") if fault.other else ""
    since = "" if fault.day == date.min else f" từ {_day(fault.day)}"
    words = {
        "backwards": f"“{name}” có thời kỳ kết thúc trước khi bắt đầu. Xin sửa ngày.",
        "overlap": f"Hai thời kỳ của “{name}” chồng nhau{since}. Xin chọn ngày khác.",
        "gap": f"“{name}” có khoảng trống giữa hai thời kỳ{since}. Xin sửa ngày cho liền nhau.",
        "no-parent": f"Đơn vị cấp trên “{other or 'đã chọn'}” không có{since}. Xin chọn đơn vị cấp trên khác "
        "hoặc ngày khác.",
        "cycle": f"“{name}” và “{other}” sẽ thuộc lẫn nhau. Xin chọn đơn vị cấp trên khác.",
        "same-name": f"Đã có đơn vị “{other}” cùng tên, cùng cấp trên, cùng thời gian. "
        "Xin dùng đơn vị ấy, hoặc thêm địa bàn vào tên.",
    }
    return Refused(words[fault.code], code=fault.code)


# Memory


def _need(actor: Actor, unit_id: int) -> None:
    unit = _unit(unit_id)
    access.need(actor, "unit.change", Thing(unit.committee_id, unit_ids=frozenset({unit_id})))


def _unit(unit_id: int) -> Unit:
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("Không tìm thấy đơn vị này.")
    return unit


def _locked(unit_id: int) -> Unit:
    """The unit, while nobody else changes the committee's units."""
    unit = _unit(unit_id)
    _lock(unit.committee_id)
    return unit


def _lock(committee_id: int) -> None:
    if db.session.get(Committee, committee_id, with_for_update={"key_share": True}) is None:
        raise NotFound("Không tìm thấy cơ quan này.")


def _entry(unit: Unit, version: UnitVersion) -> Entry:
    return Entry(
        name=version.name,
        kind=version.kind,
        level=version.level,
        place=version.place,
        short_name=version.short_name,
        parent_id=version.parent_id,
        code=unit.code,
        mailbox=unit.mailbox,
        courtesy=unit.courtesy,
    )


def _write(unit: Unit, version: UnitVersion, entry: Entry) -> None:
    unit.code, unit.mailbox, unit.courtesy = entry.code, entry.mailbox, entry.courtesy
    version.name, version.short_name, version.kind = entry.name, entry.short_name, entry.kind
    version.level, version.place, version.parent_id = entry.level, entry.place, entry.parent_id
    parent = db.session.get(Unit, entry.parent_id) if entry.parent_id else None
    if entry.parent_id and (parent is None or parent.committee_id != unit.committee_id):
        raise Invalid("Đơn vị cấp trên không có trong danh sách. Xin chọn lại.", code="no-parent")


def _changes(before: Entry, after: Entry) -> dict[str, Any]:
    was = asdict(before)
    return {name: value for name, value in asdict(after).items() if was[name] != value}


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
