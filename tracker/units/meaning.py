"""What a mention means, as one short text: kept beside the row, sent by the page, taken apart here and nowhere else.

unit:12         one unit
group:3         a group, as it is on the plan's day
group:3-5,7     the group without units 5 and 7
units:1,2,9     units picked by hand
none            nobody has to do it
(empty)         nobody is known yet
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBER = "[0-9]{1,18}"
_NUMBERS = f"{_NUMBER}(?:,{_NUMBER})*"
_SHAPE = re.compile(
    f"unit:(?P<unit>{_NUMBER})|group:(?P<group>{_NUMBER})(?:-(?P<without>{_NUMBERS}))?"
    f"|units:(?P<units>{_NUMBERS})|(?P<none>none)"
)


@dataclass(frozen=True)
class Meaning:
    """`kind` is unit, group, units, none or empty; `id` is the unit's or group's, `ids` those picked by hand."""

    kind: str = ""
    id: int = 0
    without: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()

    @classmethod
    def parse(cls, value: str) -> Meaning:
        """The meaning of a text; of one that is none of the shapes above, the empty one."""
        found = _SHAPE.fullmatch(value)
        if found is None:
            return cls()
        if found["none"]:
            return cls("none")
        if found["units"]:
            return cls.units(_numbers(found["units"]))
        if found["unit"]:
            return cls("unit", int(found["unit"]))
        return cls.group(int(found["group"]), _numbers(found["without"] or ""))

    @classmethod
    def group(cls, group_id: int, without: Iterable[int] = ()) -> Meaning:
        return cls("group", group_id, tuple(sorted(set(without))))

    @classmethod
    def units(cls, ids: Iterable[int]) -> Meaning:
        """Units picked by hand: one is that unit, none is nobody known."""
        picked = tuple(dict.fromkeys(ids))
        if not picked:
            return cls()
        return cls("unit", picked[0]) if len(picked) == 1 else cls("units", ids=picked)

    @property
    def whole(self) -> bool:
        """One unit or a group as it stands: what may be remembered as the sense of a name. Exceptions and
        units picked by hand belong to their row."""
        return self.kind == "unit" or (self.kind == "group" and not self.without)

    def __str__(self) -> str:
        if self.kind == "units":
            return f"units:{_joined(self.ids)}"
        if self.kind == "group" and self.without:
            return f"group:{self.id}-{_joined(self.without)}"
        return f"{self.kind}:{self.id}" if self.id else self.kind


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",") if one]


def _joined(ids: Iterable[int]) -> str:
    return ",".join(map(str, ids))
