"""What the matcher is told of a committee on a day: who exists and what each was ever called. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import select

from tracker.extensions import db
from tracker.store.models import Alias, Unit, UnitVersion
from tracker.store.queries import units as find
from tracker.store.queries.rows import GroupRow, UnitRow
from tracker.units.matching import Named

OLD = "old"


class Spellings:
    """Names by unit: those of the day, those of other days, those of units that it carries on for."""

    def __init__(self) -> None:
        self.now: dict[str, list[str]] = defaultdict(list)
        self.older: dict[str, list[str]] = defaultdict(list)
        self.through: dict[str, list[str]] = defaultdict(list)


def named(
    committee_id: int,
    day: date,
    units: Mapping[int, UnitRow],
    groups: Mapping[int, GroupRow],
    *,
    within: Collection[int] | None = None,
) -> list[Named]:
    """Everything that a mention may mean on the day; with `within`, these units alone."""
    said = _spellings(committee_id, day, units)
    found = []
    for unit in units.values():
        if within is None or unit.id in within:
            value = f"unit:{unit.id}"
            found.append(
                Named(
                    value,
                    (unit.name, unit.short_name, *said.now[value]),
                    level=unit.level,
                    place=unit.place,
                    above=_above(unit, units),
                    older=tuple(said.older[value]),
                    through=tuple(said.through[value]),
                )
            )
    for group in groups.values():
        value = f"group:{group.id}"
        members = frozenset(group.unit_ids)
        if within is None or (members and members <= set(within)):
            found.append(Named(value, (group.name, *said.now[value]), members=members))
    return found


def _above(unit: UnitRow, units: Mapping[int, UnitRow]) -> tuple[str, ...]:
    """The places that it lies in, from the nearest."""
    found: dict[str, None] = {}
    seen = {unit.id}
    parent = units.get(unit.parent_id or 0)
    while parent is not None and parent.id not in seen:
        seen.add(parent.id)
        found[parent.place] = None
        parent = units.get(parent.parent_id or 0)
    return tuple(place for place in found if place)


def _spellings(committee_id: int, day: date, units: Mapping[int, UnitRow]) -> Spellings:
    said = Spellings()
    over = _versions(said, committee_id, day, units)
    heirs = find.successors(db.session, over, day) if over else {}
    for gone, names in over.items():
        _hand_on(said, heirs.get(gone, ()), names, units)
    for text, kind, unit_id, group_id in _aliases(committee_id):
        if group_id is not None:
            said.now[f"group:{group_id}"].append(text)
        elif unit_id in units:
            (said.older if kind == OLD else said.now)[f"unit:{unit_id}"].append(text)
        elif unit_id in heirs:
            _hand_on(said, heirs[unit_id], [text], units)
    return said


def _versions(
    said: Spellings, committee_id: int, day: date, units: Mapping[int, UnitRow]
) -> dict[int, list[str]]:
    """Notes the names of other days; returns those of the units that are over."""
    over: dict[int, list[str]] = defaultdict(list)
    query = (
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.short_name, UnitVersion.valid_from)
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .where(Unit.committee_id == committee_id)
    )
    for unit_id, name, short, since in db.session.execute(query):
        names = [one for one in (name, short) if one]
        unit, later = units.get(unit_id), since is not None and since > day
        if unit is None and not later:
            over[unit_id].extend(names)
        elif unit is not None:
            other = [one for one in names if one not in (unit.name, unit.short_name)]
            # A name that it got only later is not yet its name.
            (said.through if later else said.older)[f"unit:{unit_id}"].extend(other)
    return over


def _hand_on(said: Spellings, heirs: Iterable[int], names: list[str], units: Mapping[int, UnitRow]) -> None:
    for heir in heirs:
        if heir in units:
            said.through[f"unit:{heir}"].extend(names)


def _aliases(committee_id: int) -> list[tuple[str, str, int | None, int | None]]:
    query = (
        select(Alias.text, Alias.kind, Alias.unit_id, Alias.group_id)
        .where(Alias.committee_id == committee_id)
        .order_by(Alias.id)
    )
    return [(text, kind, unit_id, group_id) for text, kind, unit_id, group_id in db.session.execute(query)]
