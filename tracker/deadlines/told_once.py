"""What is told once beside the steps of ladders: the words by which notices record it.

A step of a ladder is a number of days (`-7`, `+3`); these are words, most of them with the number of what they are
about (`returned-12`: a submission, `extension-4`: a request, `moved-9`: the notice that had told another day).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PUBLISHED, RETURNED, EVENT = "published", "returned", "event"
EXTENSION, EXPLAIN, WAIT, HAND_BACK, GIVEN = REQUESTS = ("extension", "explain", "wait", "handback", "given")
MOVED, DROPPED = "moved", "dropped"
INHERITED, ONGOING, BOUNCED = "inherited", "ongoing", "bounced"


@dataclass(frozen=True)
class Call:
    """What people are to be told of once: these roles of a unit, and one person where there is one. `step` names it."""

    assignment_id: int
    step: str
    on: date
    unit_id: int | None
    roles: tuple[str, ...]
    person_id: int | None = None


def word_of(step: str) -> str:
    """`returned` of `returned-12`; empty for a step of a ladder."""
    return step.partition("-")[0] if step[:1].isalpha() else ""
