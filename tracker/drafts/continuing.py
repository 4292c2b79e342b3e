"""What a new version continues of the work that is followed already: pure, so that the forecast and the publishing
can only agree.

Everything here is about one timing and one period. Work that a unit inherited stays when the version names only
the unit that now does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Known(NamedTuple):
    """An assignment as it stands; `withdrawn` is one that an earlier version had dropped, `extended` are the
    due days that an agreed extension replaced, `held` is one of a closed period, which no version changes."""

    id: int
    timing_id: int
    unit_id: int
    holder_id: int
    period: str
    due: date | None
    state: str
    withdrawn: bool
    extended: tuple[date | None, ...] = ()
    held: bool = False


def continued(units: Sequence[int], known: Iterable[Known]) -> dict[int, tuple[Known, ...]]:
    """Unit that the version names → the assignments that it continues: its own, and those that it holds for
    units that the version does not name. What was withdrawn comes back only where nothing live stands for it."""
    named = set(units)
    own: dict[int, Known] = {}
    held: dict[int, list[Known]] = {}
    for one in known:
        if one.unit_id in named:
            own[one.unit_id] = one
        elif one.holder_id in named:
            held.setdefault(one.holder_id, []).append(one)
    if not held:
        return {unit: (one,) for unit, one in own.items()}
    return {unit: _chosen(own.get(unit), held.get(unit, [])) for unit in units if unit in own or unit in held}


def _chosen(own: Known | None, held: Sequence[Known]) -> tuple[Known, ...]:
    mine = [own] if own else []
    live = [one for one in (*mine, *held) if not one.withdrawn]
    return tuple(live or mine or held)
