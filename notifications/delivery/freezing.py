"""Claimed letters get their text, a batch at once: made from the state of one moment, frozen in one transaction.

Until a letter leaves something may happen to what it tells. `Batch.parcel` looks once more right before, in one
statement, and makes the letter anew where anything has changed.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError

from notifications.delivery.outbox import Parcel, address_fault, instants
from notifications.making import Made, Order, letters
from notifications.phrases import _
from tracker import signatures
from tracker.clock import at_vietnam, vietnam_day
from tracker.letters import Channel, Kind, State
from tracker.settings import Settings
from tracker.store.engine import AnySession, snapshot, transaction
from tracker.store.models import Letter
from tracker.store.queries import notices
from tracker.store.queries.calendar import calendars
from tracker.store.queries.freshness import Tells, freshness, log_end

log = logging.getLogger(__name__)
LOST = "lost"  # another process has it
SECRET_LENGTH = 12  # of the part of a Message-ID that nobody can guess


@dataclass(frozen=True)
class _Text:
    """A letter that is ready: what goes over the line, and the state of things that it tells."""

    parcel: Parcel
    tells: Tells
    log_end: int
    state: Hashable


@dataclass
class Batch:
    """The letters that one claim took. `parcel` gives each of them when its turn comes."""

    session: AnySession
    token: str
    at: datetime
    settings: Settings
    ids: list[int]
    _texts: dict[int, _Text | str] = field(default_factory=dict)
    _begun: bool = False
    _ours: set[int] = field(default_factory=set)
    """Letters whose text was made in this claim: nobody has seen it."""

    def parcel(self, letter_id: int) -> Parcel | str:
        """What goes over the line now. Else what became of the letter: withdrawn where nothing is left to say, dead
        where nobody can be reached, lost where another process has it."""
        if not self._begun:
            self._begin()
        text = self._current(letter_id)
        if text is None and letter_id in self._texts:
            self._renew(letter_id)
            text = self._current(letter_id)
        if text is None:
            text = self._frozen([letter_id]).get(letter_id, LOST)
        return text.parcel if isinstance(text, _Text) else text

    def _current(self, letter_id: int) -> _Text | str | None:
        """What was made of the letter. None where nothing was made, or where something has happened since."""
        text = self._texts.get(letter_id)
        return None if isinstance(text, _Text) and not self._is_fresh(letter_id, text) else text

    def _begin(self) -> None:
        self._begun = True
        try:
            self._make(self.ids)
        except OperationalError:
            self._begun = False
            raise

    def _renew(self, letter_id: int) -> None:
        """What has happened may touch the letters that follow, too: all of them are made anew at once, or a busy
        morning makes each of them alone."""
        rest = self.ids[self.ids.index(letter_id) :]
        self._make([one for one in rest if isinstance(self._texts.get(one), _Text)])

    def _make(self, ids: list[int]) -> None:
        """Where one letter cannot be made, each of them is made alone: a fault in one keeps nobody else waiting."""
        try:
            self._texts |= {**dict.fromkeys(ids, LOST), **self._frozen(ids)}
        except OperationalError:  # it is the database, not a letter
            raise
        except Exception:
            log.exception("letters %s to %s: each alone", ids[0], ids[-1])
            for one in ids:
                self._texts.pop(one, None)

    def is_ours(self, letter_id: int) -> bool:
        """Whether its text may still change: it was made in this claim, and nobody has seen it."""
        return not self._begun or letter_id in self._ours

    def _is_fresh(self, letter_id: int, text: _Text) -> bool:
        self.session.rollback()
        now = freshness(self.session, {letter_id: text.tells}, self.token, vietnam_day(self.at), text.log_end)
        self.session.rollback()
        return now[letter_id] == text.state

    def _frozen(self, ids: list[int]) -> dict[int, _Text | str]:
        """Read and made in a transaction that holds nobody up; then written in a short one."""
        with snapshot(self.session):
            found = self._made(ids)
        made = [one.parcel for one in found.values() if isinstance(one, _Text)]
        dropped = {letter_id: one for letter_id, one in found.items() if isinstance(one, _Dropped)}
        new = [parcel for parcel in made if parcel.letter_id in self._ours]
        with transaction(self.session):
            _write(self.session, self.token, new, dropped)
        return {key: one.state if isinstance(one, _Dropped) else one for key, one in found.items()}

    def _made(self, ids: list[int]) -> dict[int, _Text | _Dropped]:
        claimed = select(Letter).where(
            Letter.id.in_(ids), Letter.state == State.CLAIMED, Letter.claim_token == self.token
        )
        rows = {row.id: row for row in self.session.execute(claimed.with_only_columns(*Letter.__table__.c))}
        people = notices.recipients(self.session, {row.person_id for row in rows.values()} - {None})
        # A webhook's message is whole from its beginning: retries send the same.
        whole = {letter_id for letter_id, row in rows.items() if row.kind == Kind.HOOK and row.text}
        orders = {key: one for key, one in self._orders(rows).items() if key not in whole}
        made = letters(self.session, orders, self.at, self.settings)
        tells = {
            letter_id: Tells(rows[letter_id].person_id, one.works, one.committees)
            for letter_id, one in made.items()
            if one
        } | {letter_id: Tells(None, frozenset()) for letter_id in whole}
        read = log_end(self.session)
        states = freshness(self.session, tells, self.token, vietnam_day(self.at), read)
        found: dict[int, _Text | _Dropped] = {}
        for letter_id, row in rows.items():
            email = people[row.person_id].email if row.person_id in people else row.address
            parcel = Parcel.of(row) if letter_id in whole else self._parcel(row, made[letter_id], email)
            if isinstance(parcel, _Dropped):
                found[letter_id] = parcel
            else:
                found[letter_id] = _Text(parcel, tells[letter_id], read, states[letter_id])
        return found

    def _orders(self, rows: Mapping[int, Any]) -> dict[int, Order]:
        steps = notices.steps_of(self.session, rows)
        today, calendar = vietnam_day(self.at), calendars(self.session)
        return {
            row.id: Order(
                row.person_id,
                row.committee_id,
                row.kind,
                tuple(steps.get(row.id, ())),
                row.weekly,
                self._late_since(vietnam_day(row.created_at), today, calendar(row.committee_id)),
            )
            for row in rows.values()
        }

    def _late_since(self, written: date, today: date, calendar: Any) -> date | None:
        """The day on which a letter should have left already: it waits since then, or nothing was swept."""
        if written < today:
            return written
        if self._swept_before is None:
            return None
        missed: date = calendar.at_or_after(self._swept_before + timedelta(days=1))
        return missed if missed < today else None

    @cached_property
    def _swept_before(self) -> date | None:
        """The last day before this one on which a sweep ran."""
        last = notices.swept_before(self.session, at_vietnam(vietnam_day(self.at)))
        return vietnam_day(last) if last else None

    def _parcel(self, row: Any, made: Made | None, email: str) -> Parcel | _Dropped:
        """The parcel of an earlier try, or a new one."""
        keeps = _keeps_text(row, self.at) and row.id not in self._ours
        fault = "" if keeps or row.channel != Channel.MAIL else address_fault(email)
        if fault:
            return _Dropped(State.DEAD, fault)
        if made is None:
            return _Dropped(State.WITHDRAWN, _("Việc đã xong hoặc đã đổi hạn trước khi thư đi."))
        if keeps:
            return replace(Parcel.of(row), sender=row.sender or self._sender)
        self._ours.add(row.id)
        words = made.wording
        return replace(
            Parcel.of(row),
            address=email if row.channel == Channel.MAIL else row.address,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=self._message_id(row),
            sender=self._sender,
            reply_to=made.reply_to,
            unsubscribe=words.unsubscribe,
            calendar=words.calendar,
        )

    @property
    def _sender(self) -> str:
        return parseaddr(self.settings.smtp.sender)[1]

    def _message_id(self, row: Any) -> str:
        """Of a letter that is made anew on a later day both instants: when it was first made, and now. Whoever has not
        seen it cannot name it in a forged report of returned mail."""
        known = instants(row.message_id) if row.message_id else []
        now = int(self.at.timestamp())
        first = f"{known[0]:.0f}-" if known and known[-1] != now else ""
        host = urlsplit(self.settings.base_url).hostname or "localhost"
        stem = f"letter-{row.id}-{first}{now}"
        secret = signatures.mark(self.settings.secret_key, f"message:{stem}", SECRET_LENGTH)
        return f"<{stem}.{secret}@{host}>"


@dataclass(frozen=True)
class _Dropped:
    """A letter that does not go, and why."""

    state: str
    answer: str


def _keeps_text(row: Any, at: datetime) -> bool:
    """A retry sends the same bytes: on the day of the text, or where nobody knows whether it has arrived."""
    if not row.message_id:
        return False
    frozen_on = vietnam_day(datetime.fromtimestamp(instants(row.message_id)[-1], UTC))
    return frozen_on == vietnam_day(at) or not (row.tries and row.answer)


FROZEN = ("address", "subject", "text", "html", "message_id", "sender", "reply_to", "unsubscribe", "calendar")
_LETTERS: Any = Letter.__table__
_CLAIMED = (
    _LETTERS.c.id == bindparam("letter"),
    _LETTERS.c.claim_token == bindparam("token"),
    _LETTERS.c.state == State.CLAIMED,
)
_FREEZE = update(_LETTERS).where(*_CLAIMED).values({name: bindparam(f"new_{name}") for name in FROZEN})
_DROP = (
    update(_LETTERS).where(*_CLAIMED).values(state=bindparam("into"), answer=bindparam("why"), claim_token="")
)


def _write(session: AnySession, token: str, new: Iterable[Parcel], dropped: Mapping[int, _Dropped]) -> None:
    texts = [
        {"letter": one.letter_id, "token": token} | {f"new_{name}": getattr(one, name) for name in FROZEN}
        for one in new
    ]
    ends = [
        {"letter": letter_id, "token": token, "into": one.state, "why": one.answer}
        for letter_id, one in dropped.items()
    ]
    connection = session.connection()
    for statement, rows in ((_FREEZE, texts), (_DROP, ends)):
        if rows:
            connection.execute(statement, rows)
