"""What a letter of the outbox may be: its kind, the way by which it leaves, and how far it has come.

The values are what the table of letters holds; rows give them back as plain words, which compare equal.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a letter is for."""

    DIGEST = "digest"  # at most one a person a day
    NOW = "now"  # what is told at once
    HOOK = "hook"  # the message to a committee's webhook


class Channel(StrEnum):
    """By which way a letter leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class State(StrEnum):
    """How far a letter has come."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # some process has it in hand
    SENT = "sent"
    FAILED = "failed"  # a try is left
    DEAD = "dead"  # given up; a person may send it again
    WITHDRAWN = "withdrawn"  # nothing was left to say


UNSENT = (State.WAITING, State.FAILED)
IN_THE_OUTBOX = (*UNSENT, State.CLAIMED)
