"""The outbox: letters are claimed, given back, marked. Everything may run twice.

Besides the services and `collect`, `making` the only place that commits; every write is one short transaction,
never one that waits for a mail server.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from sqlalchemy import ColumnElement, case, select, update

from notifications.mailing import MAILING
from notifications.phrases import _
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter
from tracker.store.queries import notices

LONGEST_PAUSE = timedelta(minutes=MAILING.most_minutes * (1 + MAILING.jitter))


@dataclass(frozen=True)
class Parcel:
    """A letter with everything that goes over the line, the same on every try."""

    letter_id: int
    address: str
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str
    tries: int

    @property
    def frozen_at(self) -> float:
        """The instant in the Message-ID: so the date of the mail, too, stays the same on every try."""
        return instants(self.message_id)[-1]

    @property
    def first_frozen_at(self) -> float:
        """When a mail server could have had it for the first time, in whatever words."""
        return instants(self.message_id)[0]


def instants(message_id: str) -> list[float]:
    """`<letter-7-1778634000@host>`; made anew on a later day: `<letter-7-1778634000-1778720400@host>`."""
    return [float(part) for part in message_id.split("@")[0].split("-")[2:]]


def address_fault(address: str) -> str:
    """Why nothing can be sent to this address, in words; empty where it can."""
    if not address.strip():
        return _("Chưa có địa chỉ thư.")
    local, _at, domain = address.rpartition("@")
    plain = local.isascii() and address.isprintable() and not any(c.isspace() for c in address)
    if not local or not domain or not plain or parseaddr(address)[1] != address:
        return _("Địa chỉ thư viết sai.")
    return ""


# Claiming


def claim(session: AnySession, token: str, at: datetime, limit: int) -> list[int]:
    """Take letters whose time has come; nobody else gets the same ones."""
    picked = (
        select(Letter.id)
        .where(Letter.state.in_(notices.UNSENT), _its_time(at))
        .order_by(Letter.next_try_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: there a writer is alone anyway
        .cte("picked")
    )
    with transaction(session):
        ids = session.execute(
            update(Letter)
            .where(Letter.id.in_(select(picked.c.id)))
            .values(state="claimed", claim_token=token)
            .returning(Letter.id)
            .execution_options(synchronize_session=False)
        ).scalars()
        return sorted(ids)


def _its_time(at: datetime) -> ColumnElement[bool]:
    """No pause is longer than the longest: a time beyond it comes from a clock that was wrong."""
    return (Letter.next_try_at <= at) | (Letter.next_try_at > at + LONGEST_PAUSE)


def anything_to_claim(session: AnySession, at: datetime) -> bool:
    """A look that writes nothing, for the many sweeps that find nothing."""
    query = select(Letter.id).where(Letter.state.in_(notices.UNSENT), _its_time(at)).limit(1)
    return session.scalar(query) is not None


def claimants(session: AnySession) -> list[str]:
    """The tokens under which letters are claimed."""
    return list(session.scalars(select(Letter.claim_token).where(Letter.state == "claimed").distinct()))


def free_claims(session: AnySession, dead: Iterable[str]) -> int:
    """Give back what processes claimed that are dead (`alive.dead`). What became of the letter that they had
    in hand nobody knows: an answer of an earlier try no longer holds."""
    tokens = list(dead)
    if not tokens:
        return 0
    with transaction(session):
        return _give_back(session, Letter.claim_token.in_(tokens), answer="")


def give_back(session: AnySession, token: str) -> None:
    """Claimed, but not tried: back to where they were."""
    with transaction(session):
        _give_back(session, Letter.claim_token == token)


def _give_back(session: AnySession, *where: ColumnElement[bool], **more: Any) -> int:
    result = session.execute(
        update(Letter)
        .where(Letter.state == "claimed", *where)
        .values(state=case((Letter.tries > 0, "failed"), else_="waiting"), claim_token="", **more)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.scalars().all())


# Marking


def mark_sent(session: AnySession, parcel: Parcel, answer: str, at: datetime) -> None:
    """It is out, whoever holds the claim by now."""
    with transaction(session):
        session.execute(
            _by_id(parcel.letter_id).values(
                state="sent", sent_at=at, answer=answer, tries=Letter.tries + 1, claim_token=""
            )
        )


def mark_dead(session: AnySession, letter_id: int, token: str, answer: str) -> None:
    """It will never arrive: no further try."""
    with transaction(session):
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(state="dead", answer=answer, tries=Letter.tries + 1, claim_token="")
        )


def put_off(session: AnySession, letter_id: int, token: str, answer: str, at: datetime) -> None:
    """A try failed that another one may mend."""
    with transaction(session):
        tries = session.scalar(select(Letter.tries).where(Letter.id == letter_id)) or 0
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(
                state="failed",
                answer=answer,
                tries=tries + 1,
                next_try_at=at + pause(letter_id, tries + 1),
                claim_token="",
            )
        )


def _by_id(letter_id: int) -> Any:
    return update(Letter).where(Letter.id == letter_id).execution_options(synchronize_session=False)


def pause(letter_id: int, tries: int) -> timedelta:
    """5 minutes, then twice as long each time up to 4 hours; each letter a little different."""
    minutes = min(MAILING.first_minutes * 2 ** min(tries - 1, 20), MAILING.most_minutes)
    spread = zlib.crc32(f"{letter_id}:{tries}".encode()) / 2**32
    return timedelta(minutes=minutes * (1 + MAILING.jitter * spread))
