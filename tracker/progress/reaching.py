"""Whether somebody can be reached by mail, and what stands in the way. Pure: queries bring the facts.

Whoever sends, whoever lists units that nobody reads for and whoever looks after the installation ask here, so that a
person is not within reach on one page and out of it on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from enum import StrEnum

MOST_LENGTH = 254  # of an address, as mail servers have it


class Bar(StrEnum):
    """What keeps mail from somebody, the gravest first."""

    INACTIVE = "inactive"  # their account is closed
    AWAY = "away"  # they are absent, and nobody acts for them
    NO_ADDRESS = "no-address"
    WRONG_ADDRESS = "wrong-address"
    BOUNCED = "bounced"  # the last letter came back
    LATE_ONLY = "late-only"  # they turned off the reminders of what is not late; the others reach them


UNSENDABLE = frozenset({Bar.NO_ADDRESS, Bar.WRONG_ADDRESS})
"""Nothing can be handed to a mail server at all."""


@dataclass(frozen=True)
class Contact:
    """What is known of somebody who should get mail. `bounced_on`: since then the last letter to the address is one
    that came back."""

    address: str
    active: bool = True
    away: bool = False
    bounced_on: date | None = None
    late_only: bool = False


def bars(one: Contact) -> tuple[Bar, ...]:
    """All that stands in the way, the gravest first."""
    address = address_bar(one.address)
    holds = {
        Bar.INACTIVE: not one.active,
        Bar.AWAY: one.away,
        Bar.NO_ADDRESS: address == Bar.NO_ADDRESS,
        Bar.WRONG_ADDRESS: address == Bar.WRONG_ADDRESS,
        Bar.BOUNCED: one.bounced_on is not None and address is None,
        Bar.LATE_ONLY: one.late_only,
    }
    return tuple(bar for bar in Bar if holds[bar])


def reached(one: Contact) -> bool:
    """Whether what is late reaches them: official notices cannot be turned off."""
    return not set(bars(one)) - {Bar.LATE_ONLY}


def address_bar(address: str) -> Bar | None:
    """Why no mail server would take this address; None where one might."""
    if not address.strip():
        return Bar.NO_ADDRESS
    local, _at, domain = address.rpartition("@")
    labels = domain.split(".")
    plain = local.isascii() and address.isprintable() and not any(c.isspace() for c in address)
    whole = bool(local) and len(labels) > 1 and all(labels) and len(address) <= MOST_LENGTH
    return None if plain and whole and parseaddr(address)[1] == address else Bar.WRONG_ADDRESS
