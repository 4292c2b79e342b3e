"""When the units of a task have done it together: all of them, any, or so many."""

from __future__ import annotations

from collections.abc import Mapping

ALL, ANY = "all", "any"


def needed(rule: str, units: int) -> int:
    """How many of so many units have to do it."""
    asked = 1 if rule == ANY else int(rule) if rule.isdecimal() else units
    return max(min(asked, units), 1)


def settled(rule: str, states: Mapping[str, int]) -> bool:
    """Whether enough units have done it, so that the others need not any longer; `states` says how many assignments
    of one task, timing and period are in each state. Nobody is waited for who was excused."""
    units = sum(count for state, count in states.items() if state != "excused")
    return rule != ALL and 0 < needed(rule, units) <= states.get("accepted", 0)
