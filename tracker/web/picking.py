"""Units ticked one by one: what a form showed and what was left ticked come out of it.

A box that is not ticked is not sent, so the form says as well which boxes it showed.
"""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from tracker.sheets.words import UNIT_KINDS
from tracker.store.queries.rows import UnitRow
from tracker.vietnamese.order import sort_key

MOST = 2**31 - 1


def an_id(text: str) -> int:
    """A row's id as a form sends it. Raises `ValueError` (a form's `type=` takes that for none) where no database
    can hold it."""
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= MOST):
        raise ValueError(text[:20])
    return int(text)


def numbers(text: str) -> tuple[int, ...]:
    """1,2,9 as numbers; what is none is passed over."""
    return tuple(int(one) for one in text.split(",") if one.isascii() and one.isdecimal() and len(one) < 10)


def ticked(form: MultiDict[str, str], name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(units that were shown, those of them that are ticked); both empty where the form had no such boxes."""
    shown = numbers(form.get(f"{name}-shown", ""))
    kept = set(form.getlist(name, type=an_id))
    return shown, tuple(one for one in shown if one in kept)


def by_kind(units: Iterable[UnitRow]) -> list[tuple[str, list[UnitRow]]]:
    """(kind, its units by name), in the order of the list of kinds."""
    found: dict[str, list[UnitRow]] = {kind: [] for kind in UNIT_KINDS}
    for one in sorted(units, key=lambda one: sort_key(one.name)):
        found.get(one.kind, found["other"]).append(one)
    return [(kind, rows) for kind, rows in found.items() if rows]
