"""Whom a name means, asked for itself: for the command line, and for whoever wants to try a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.access import Actor, Thing, need
from tracker.errors import Invalid
from tracker.services.drafting import Names
from tracker.store.queries.rows import Choice, UnitRow
from tracker.units.matching import place_of
from tracker.vietnamese.forms import comparison_key

NEAR = 75.0  # of 100: below this, choices are shown, but nothing has matched


@dataclass(frozen=True)
class Meant:
    """What a mention means on a day: `sure` is a unit or a group; without it, `choices` are the nearest."""

    text: str
    day: date
    sure: Choice | None
    choices: tuple[Choice, ...]
    codes: dict[int, str]
    units: tuple[UnitRow, ...]

    @property
    def found(self) -> bool:
        """Whether a unit or group is meant, surely or by a spelling that comes near; a weak likeness is none."""
        return self.sure is not None or any(choice.score >= NEAR for choice in self.choices)


def match(actor: Actor, committee_id: int, text: str, day: date, *, within: str = "") -> Meant:
    """Whom the text means among the committee's units and groups on the day. `within` is the code or the name of
    a unit (itself and all below it), or a place: the units there. Raises `Invalid` where it is neither."""
    need(actor, "unit.match", Thing(committee_id))
    names = Names(committee_id, day)
    if within:
        names = Names(committee_id, day, within=_below(names, within))
    found = names.matcher.match(text)
    codes = {row.id: row.code for row in names.units.values()}
    choices = tuple(names.choice(value, score) for value, score in found.choices)
    if not found.value:
        return Meant(text, day, None, choices, codes, ())
    units = tuple(names.units[one] for one in names.unit_ids(found.value) if one in names.units)
    return Meant(text, day, names.choice(found.value, 100), choices, codes, units)


def _below(names: Names, within: str) -> frozenset[int]:
    """The units below a parent, with it, or those of a place."""
    wanted = comparison_key(within)
    parents = [
        row.id for row in names.units.values() if wanted in (row.code.casefold(), comparison_key(row.name))
    ]
    if not parents:
        found = frozenset(row.id for row in names.units.values() if place_of(row.place) == place_of(within))
        sure = names.matcher.match(within).value if not found else ""
        parents = list(names.unit_ids(sure))
        if not parents and not found:
            raise Invalid(f"Không có đơn vị hay địa bàn nào tên “{within}”. Xin ghi mã hoặc tên đơn vị.")
        if found:
            return found
    inside = set(parents)
    grown = True
    while grown:
        below = {row.id for row in names.units.values() if row.parent_id in inside} - inside
        grown = bool(below)
        inside |= below
    return frozenset(inside)
