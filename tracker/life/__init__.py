"""The life of an assignment as one table: which deed leads from which state to which."""

from __future__ import annotations

OPEN = "open"
SUBMITTED = "submitted"
ACCEPTED = "accepted"
WAITING = "waiting"
EXCUSED = "excused"

STATES = (OPEN, SUBMITTED, ACCEPTED, WAITING, EXCUSED)

# (state, deed) → next state. What is not here cannot be done.
MOVES = {
    (OPEN, "tick"): SUBMITTED,
    (WAITING, "tick"): SUBMITTED,  # a unit may finish without waiting any longer
    (SUBMITTED, "accept"): ACCEPTED,
    (SUBMITTED, "return"): OPEN,
    (SUBMITTED, "take-back"): OPEN,
    (OPEN, "excuse"): EXCUSED,
    (WAITING, "excuse"): EXCUSED,
    (EXCUSED, "reopen"): OPEN,  # a version brings back what an earlier one had dropped
}

DEEDS = tuple(sorted({deed for _, deed in MOVES}))


def after(state: str, deed: str) -> str | None:
    """The state that the deed leads to, or None where it cannot be done."""
    return MOVES.get((state, deed))
