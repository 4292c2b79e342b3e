"""Which units a group means on a day. Pure: the units of that day go in, their ids come out, in the same order.

A group is a rule (kind, level, place, under a parent; a unit must meet all that it says) or a list of members.
Exceptions are left out. A listed member that is over by then is replaced by whoever carries on for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from tracker.units.meaning import Meaning

CONDITIONS = ("kind", "level", "place", "parent_id")


class Candidate(Protocol):
    """A unit as it stands on the day."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def parent_id(self) -> int | None: ...


def by_rule(
    rule: Mapping[str, Any], units: Sequence[Candidate], exceptions: Collection[int] = ()
) -> tuple[int, ...]:
    """Units that meet every condition of the rule. A rule that says nothing means nobody."""
    said = {name: rule[name] for name in CONDITIONS if rule.get(name)}
    if not said:
        return ()
    under = _below(int(said["parent_id"]), units) if "parent_id" in said else None
    return tuple(
        one.id
        for one in units
        if one.id not in exceptions and (under is None or one.id in under) and _meets(one, said)
    )


def _meets(one: Candidate, said: Mapping[str, Any]) -> bool:
    return all(_same(getattr(one, name), value) for name, value in said.items() if name != "parent_id")


def _same(one: object, other: object) -> bool:
    """The same words, whatever their capitals and spaces; marks count: Tân Lập is not Tấn Lập."""
    return " ".join(str(one).split()).casefold() == " ".join(str(other).split()).casefold()


def _below(parent: int, units: Sequence[Candidate]) -> set[int]:
    """Everything under the parent, however deep; not the parent itself."""
    children: dict[int, list[int]] = {}
    for one in units:
        if one.parent_id is not None:
            children.setdefault(one.parent_id, []).append(one.id)
    found: set[int] = set()
    waiting = [parent]
    while waiting:
        new = [one for one in children.get(waiting.pop(), ()) if one not in found]
        found.update(new)
        waiting += new
    return found - {parent}


def by_list(
    members: Iterable[int],
    units: Sequence[Candidate],
    successors: Mapping[int, Sequence[int]],
    exceptions: Collection[int] = (),
) -> tuple[int, ...]:
    """Listed units that exist on the day, and for those that are over by then, their successors."""
    there = {one.id for one in units}
    wanted: set[int] = set()
    for member in members:
        wanted.update([member] if member in there else successors.get(member, ()))
    return tuple(one.id for one in units if one.id in wanted and one.id not in exceptions)


def picked(before: Meaning, group: Collection[int], chosen: Iterable[int]) -> Meaning:
    """What a row means after somebody picked its units one by one: still the group, without those that were left
    out, as long as nobody from outside came in; else the units themselves."""
    wanted = tuple(dict.fromkeys(chosen))
    if before.kind == "group" and wanted and set(wanted) <= set(group):
        return Meaning.group(before.id, set(group) - set(wanted))
    return Meaning.units(wanted)
