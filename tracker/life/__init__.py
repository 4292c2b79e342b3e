"""The life of an assignment as one table: every deed, the states that it starts from, the state that it leads to,
and the right that it asks for.

Services change no state without it and pages draw their buttons by it. Work that is held (its plan is over, or its
period is closed) takes no deed at all.
"""

from __future__ import annotations

from dataclasses import dataclass

OPEN = "open"
SUBMITTED = "submitted"
ACCEPTED = "accepted"
WAITING = "waiting"
EXCUSED = "excused"

STATES = (OPEN, SUBMITTED, ACCEPTED, WAITING, EXCUSED)

LIVE = (OPEN, WAITING)
UNDECIDED = (OPEN, WAITING, SUBMITTED)
SAME = ""


@dataclass(frozen=True)
class Deed:
    """One row: `starts` are the states in which it may be done, `to` the state after it (empty: the same one),
    `right` its name in `access.RIGHTS`."""

    name: str
    starts: tuple[str, ...]
    to: str
    right: str


TABLE = (
    # the unit does it
    Deed("see", LIVE, SAME, "work.acknowledge"),
    Deed("note", UNDECIDED, SAME, "work.note"),
    Deed("tick", LIVE, SUBMITTED, "work.tick"),  # a unit may finish without waiting any longer
    Deed("tick-part", LIVE, SAME, "work.tick"),
    Deed("take-back", (SUBMITTED,), OPEN, "work.tick"),
    Deed("take-back-part", LIVE, SAME, "work.tick"),
    # whoever follows the plan up decides about it
    Deed("tick-on-behalf", LIVE, SUBMITTED, "work.tick-on-behalf"),
    Deed("tick-part-on-behalf", LIVE, SAME, "work.tick-on-behalf"),
    Deed("accept", (SUBMITTED,), ACCEPTED, "work.accept"),
    Deed("return", (SUBMITTED,), OPEN, "work.return"),
    Deed("correct-day", (SUBMITTED, ACCEPTED), SAME, "work.correct-day"),
    Deed("reopen", (ACCEPTED, EXCUSED), OPEN, "work.reopen"),
    Deed("reopen-to-wait", (EXCUSED,), WAITING, "work.reopen"),  # its event has not come yet
    Deed("excuse", LIVE, EXCUSED, "work.excuse"),
    Deed("event-came", LIVE, OPEN, "work.event"),
    # another day
    Deed("ask-extension", LIVE, SAME, "work.ask-extension"),
    Deed("withdraw-extension", UNDECIDED, SAME, "work.ask-extension"),
    Deed("answer-offer", UNDECIDED, SAME, "work.ask-extension"),
    Deed("decide-extension", UNDECIDED, SAME, "work.decide-extension"),
    # waiting for somebody
    Deed("wait", (OPEN,), WAITING, "work.wait"),
    Deed("resume", (WAITING,), OPEN, "work.resume"),
    # given to the wrong unit
    Deed("hand-back", LIVE, SAME, "work.hand-back"),
    Deed("withdraw-hand-back", LIVE, SAME, "work.hand-back"),
    Deed("refuse-hand-back", LIVE, SAME, "work.decide-hand-back"),
    Deed("hand-on", LIVE, SAME, "work.decide-hand-back"),
    Deed("excuse-hand-back", LIVE, EXCUSED, "work.decide-hand-back"),
    # asked why
    Deed("ask-explanation", (OPEN, WAITING, SUBMITTED, ACCEPTED), SAME, "work.ask-explanation"),
    Deed("withdraw-explanation", STATES, SAME, "work.ask-explanation"),
    Deed("explain", STATES, SAME, "work.explain"),
    # what happens to its plan or its unit happens to it
    Deed("drop", LIVE, EXCUSED, "plan.publish"),
    Deed("bring-back", (EXCUSED,), OPEN, "plan.publish"),
    Deed("replace", LIVE, EXCUSED, "task.change"),  # its task was split or merged
    Deed("end", UNDECIDED, EXCUSED, "plan.end"),  # the plan was withdrawn, or closed without it
    Deed("plan-again", (EXCUSED,), OPEN, "plan.reopen"),  # the plan goes on: back to where it was
    Deed("plan-again-waiting", (EXCUSED,), WAITING, "plan.reopen"),
    Deed("plan-again-sent", (EXCUSED,), SUBMITTED, "plan.reopen"),
    Deed("dissolve", LIVE, EXCUSED, "unit.reorganise"),
)

DEEDS = {deed.name: deed for deed in TABLE}


def may_be_done(state: str, deed: str, *, held: bool = False) -> bool:
    """Whether the deed may be done on work in this state. An unknown deed is an error of ours: KeyError."""
    return not held and state in DEEDS[deed].starts


def after(state: str, deed: str, *, held: bool = False) -> str | None:
    """The state that the deed leads to, or None where it cannot be done."""
    return (DEEDS[deed].to or state) if may_be_done(state, deed, held=held) else None
