"""Whether the versions of units make sense together: order, gaps, overlaps, parents and names over time.

Pure. Both ends of a term belong to it; None is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tracker.vietnamese.forms import comparison_key


@dataclass(frozen=True)
class Version:
    """What a unit is called between two dates, and under whom it stands."""

    name: str
    parent: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def first(self) -> date:
        return self.since or date.min

    @property
    def last(self) -> date:
        return self.until or date.max

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def meets(self, other: Version) -> bool:
        """Whether both hold on some day."""
        return self.first <= other.last and other.first <= self.last


House = Mapping[int, Sequence[Version]]
"""Unit → its versions."""


@dataclass(frozen=True)
class Fault:
    """What is wrong: `backwards` (ends before it begins), `overlap`, `gap`, `no-parent` (there is none, or not
    on that day), `cycle` or `same-name`; `other` is the unit that it is wrong with, from which `day` on."""

    code: str
    unit: int
    day: date
    other: int | None = None


def faults(house: House, unit: int) -> list[Fault]:
    """Everything that is wrong with the versions of one unit among the others."""
    found = list(_in_order(unit, house[unit]))
    if not found:  # otherwise nothing can be said about a day
        found += _parents(house, unit)
        found += _circles(house, unit)
        found += _same_names(house, unit)
    return found


def on_day(versions: Iterable[Version], day: date) -> Version | None:
    """The version that holds on the day."""
    return next((one for one in versions if one.holds(day)), None)


def _in_order(unit: int, versions: Sequence[Version]) -> Iterator[Fault]:
    for one in versions:
        if one.first > one.last:
            yield Fault("backwards", unit, one.first)
    ordered = sorted(versions, key=lambda one: one.first)
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            yield Fault("overlap", unit, after.first)
        elif after.first > before.last + timedelta(days=1):
            yield Fault("gap", unit, before.last + timedelta(days=1))


def _parents(house: House, unit: int) -> Iterator[Fault]:
    """A parent has to be there when the unit comes under it. It may end earlier: a reorganisation says then
    where the unit goes."""
    for one in house[unit]:
        if one.parent is None:
            continue
        above = house.get(one.parent, ())
        there = any(one.meets(v) for v in above) if one.since is None else on_day(above, one.first)
        if not there:
            yield Fault("no-parent", unit, one.first, one.parent)


def _circles(house: House, unit: int) -> Iterator[Fault]:
    """Going up from the unit never comes back to it, on any day on which something above it changes."""
    days = {v.first for versions in house.values() for v in versions if v.parent is not None}
    for day in sorted(days):
        at, seen = _up(house, unit, day), {unit}
        while at is not None and at not in seen:
            seen.add(at)
            at = _up(house, at, day)
        if at == unit:
            yield Fault("cycle", unit, day, _up(house, unit, day))
            return


def _up(house: House, unit: int, day: date) -> int | None:
    version = on_day(house.get(unit, ()), day)
    return version.parent if version else None


def _same_names(house: House, unit: int) -> Iterator[Fault]:
    """Under one parent no two units have the same name at the same time."""
    for mine in house[unit]:
        name = comparison_key(mine.name)
        for other, versions in house.items():
            if other == unit:
                continue
            for one in versions:
                if one.parent == mine.parent and one.meets(mine) and comparison_key(one.name) == name:
                    yield Fault("same-name", unit, max(one.first, mine.first), other)
                    break
