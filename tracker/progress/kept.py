"""Figures that are kept as they were on a day: a tally becomes JSON and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tracker.progress.counts import Rate, Tally


def kept(tally: Tally) -> dict[str, Any]:
    """The tally as JSON: numbers as they are, rates as [numerator, denominator], counts by code as pairs."""
    return {one.name: _out(getattr(tally, one.name)) for one in fields(tally)}


def brought_back(stored: Mapping[str, Any]) -> Tally:
    """The tally that was kept; what an older one did not hold is nought."""
    ordinary = Tally()
    values = {
        one.name: _in(stored[one.name], getattr(ordinary, one.name))
        for one in fields(ordinary)
        if one.name in stored
    }
    return Tally(**values)


def _out(value: Any) -> Any:
    if isinstance(value, Rate):
        return [value.numerator, value.denominator]
    return [list(part) for part in value] if isinstance(value, tuple) else value


def _in(value: Any, ordinary: Any) -> Any:
    if isinstance(ordinary, Rate):
        return Rate(*value)
    return tuple(tuple(part) for part in value) if isinstance(ordinary, tuple) else value
