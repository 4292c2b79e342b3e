"""The outbox: letters are claimed, given back, marked. Everything may run twice.

Every write is one short transaction, never one that waits for a mail server.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select, update

from notifications.mailing import MAILING
from notifications.phrases import _
from tracker.clock import vietnam_time
from tracker.letters import UNSENT, Channel, Kind, State
from tracker.progress.reaching import Bar, address_bar
from tracker.store.engine import AnySession, transaction
from tracker.store.models import Letter

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
    channel: str = Channel.MAIL
    committee_id: int = 0
    sender: str = ""
    unsubscribe: str = ""
    calendar: str = ""

    @classmethod
    def of(cls, row: Any) -> Parcel:
        """As the row of the letter has it."""
        names = {one.name for one in fields(cls)} - {"letter_id"}
        return cls(letter_id=row.id, **{name: getattr(row, name) for name in names})

    @property
    def frozen_at(self) -> float:
        """The instant in the Message-ID: so the date of the mail, too, stays the same on every try."""
        return instants(self.message_id)[-1]

    @property
    def first_frozen_at(self) -> float:
        """When a mail server could have had it for the first time, in whatever words."""
        return instants(self.message_id)[0]


def instants(message_id: str) -> list[float]:
    """`<letter-7-1778634000.k3jd8c2m5qx7@host>`; made anew on another day `<letter-7-1778634000-1778720400.…@host>`."""
    return [float(part) for part in re.split(r"[.@]", message_id)[0].split("-")[2:]]


def address_fault(address: str) -> str:
    """Why nothing can be sent to this address, in words; empty where it can."""
    bar = address_bar(address)
    if bar is None:
        return ""
    return _("Chưa có địa chỉ thư.") if bar == Bar.NO_ADDRESS else _("Địa chỉ thư viết sai.")


# Claiming

_MADE_WHEN_CLAIMED = Letter.channel == Channel.MAIL  # a webhook's message is whole from its beginning


def claim(
    session: AnySession,
    token: str,
    at: datetime,
    limit: int,
    channel: str,
    sleeping: Collection[int] = (),
) -> list[int]:
    """Take letters whose time has come, but not of `sleeping` committees; nobody else gets the same ones. They are to
    be sent in this order."""
    picked = (
        select(Letter.id)
        .where(*_its_turn(at, channel, sleeping))
        .order_by(Letter.next_try_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite leaves it out: there a writer is alone anyway
        .cte("picked")
    )
    with transaction(session):
        ids = session.execute(
            update(Letter)
            .where(Letter.id.in_(select(picked.c.id)))
            .values(state=State.CLAIMED, claim_token=token)
            .returning(Letter.id)
            .execution_options(synchronize_session=False)
        ).scalars()
        return sorted(ids)


def _its_turn(at: datetime, channel: str, sleeping: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """Not while its committee sleeps, and a digest not before the digests of the day are made. No pause is longer
    than the longest: a time beyond it comes from a clock that was wrong."""
    its_time = (Letter.next_try_at <= at) | (Letter.next_try_at > at + LONGEST_PAUSE)
    awake = Letter.committee_id.not_in(sleeping)
    early = vietnam_time(at).time() < MAILING.digest_from
    turn = (Letter.state.in_(UNSENT), Letter.channel == channel, its_time, awake)
    return (*turn, Letter.kind != Kind.DIGEST) if early else turn


def anything_to_claim(session: AnySession, at: datetime, channel: str, sleeping: Collection[int]) -> bool:
    """A look that writes nothing, for the many sweeps that find nothing."""
    return session.scalar(select(Letter.id).where(*_its_turn(at, channel, sleeping)).limit(1)) is not None


def claimants(session: AnySession) -> list[str]:
    """The tokens under which letters are claimed."""
    return list(session.scalars(select(Letter.claim_token).where(Letter.state == State.CLAIMED).distinct()))


def free_claims(session: AnySession, dead: Iterable[str]) -> int:
    """Give back what processes claimed that are dead (`alive.dead`). Each sent its letters in the order of their ids
    and wrote each one down before the next: so nobody knows what became of its first one that has a text, and none
    of the others has left."""
    tokens = list(dead)
    if not tokens:
        return 0
    with transaction(session):
        theirs = (Letter.state == State.CLAIMED, Letter.claim_token.in_(tokens))
        in_hand = (
            select(func.min(Letter.id)).where(*theirs, Letter.message_id != "").group_by(Letter.claim_token)
        )
        unsure = list(session.scalars(in_hand))
        return _give_back(session, *theirs, unsure=unsure)


def give_back(session: AnySession, token: str, in_hand: int | None = None) -> None:
    """Claimed, but not tried: back to where they were. `in_hand` is a letter that may have left."""
    with transaction(session):
        theirs = (Letter.state == State.CLAIMED, Letter.claim_token == token)
        _give_back(session, *theirs, unsure=[] if in_hand is None else [in_hand])


def _give_back(session: AnySession, *where: ColumnElement[bool], unsure: Collection[int]) -> int:
    """What nobody can have seen loses its text. What somebody may have seen keeps it for good: an answer of an
    earlier try no longer holds."""
    doubt = Letter.id.in_(unsure)
    result = session.execute(
        update(Letter)
        .where(*where)
        .values(
            state=case((doubt | (Letter.tries > 0), State.FAILED), else_=State.WAITING),
            message_id=case((~doubt & (Letter.tries == 0) & _MADE_WHEN_CLAIMED, ""), else_=Letter.message_id),
            answer=case((doubt, ""), else_=Letter.answer),
            tries=case((doubt, Letter.tries + 1), else_=Letter.tries),
            claim_token="",
        )
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.scalars().all())


# Marking

_LETTERS: Any = Letter.__table__
_SENT = (
    update(_LETTERS)
    .where(_LETTERS.c.id == bindparam("letter"))
    .values(
        state=State.SENT,
        sent_at=bindparam("at"),
        answer=bindparam("said"),
        tries=_LETTERS.c.tries + 1,
        claim_token="",
    )
)


def mark_sent(session: AnySession, parcel: Parcel, answer: str, at: datetime) -> None:
    """It is out, whoever holds the claim by now."""
    with transaction(session):
        session.connection().execute(_SENT, {"letter": parcel.letter_id, "at": at, "said": answer})


def mark_dead(session: AnySession, letter_id: int, token: str, answer: str) -> None:
    """It will never arrive: no further try."""
    with transaction(session):
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(state=State.DEAD, answer=answer, tries=Letter.tries + 1, claim_token="")
        )


def put_off(
    session: AnySession, letter_id: int, token: str, answer: str, at: datetime, *, unseen: bool = False
) -> None:
    """A try failed that another one may mend. What is `unseen` did not even get to the server: it stays open for
    what changes until then."""
    with transaction(session):
        tries = session.scalar(select(Letter.tries).where(Letter.id == letter_id)) or 0
        session.execute(
            _by_id(letter_id)
            .where(Letter.claim_token == token)
            .values(
                state=State.FAILED,
                tries=tries + 1,
                next_try_at=at + pause(letter_id, tries + 1),
                claim_token="",
                **(_text_open(answer) if unseen else {"answer": answer}),
            )
        )


def _text_open(answer: str) -> dict[str, Any]:
    """Its text is made anew; but what a process died over may have arrived, and stays in doubt as it is."""
    doubt = (Letter.tries > 0) & (Letter.answer == "") & (Letter.message_id != "")
    return {
        "message_id": case((_MADE_WHEN_CLAIMED & ~doubt, ""), else_=Letter.message_id),
        "answer": case((_MADE_WHEN_CLAIMED & doubt, ""), else_=answer),
    }


def _by_id(letter_id: int) -> Any:
    return update(Letter).where(Letter.id == letter_id).execution_options(synchronize_session=False)


def pause(letter_id: int, tries: int) -> timedelta:
    """5 minutes, then twice as long each time up to 4 hours; each letter a little different."""
    minutes = min(MAILING.first_minutes * 2 ** min(tries - 1, 20), MAILING.most_minutes)
    spread = zlib.crc32(f"{letter_id}:{tries}".encode()) / 2**32
    return timedelta(minutes=minutes * (1 + MAILING.jitter * spread))
