"""Claimed letters go to the mail server one by one; what came of each is written down at once.

A crash between sending and writing repeats one mail under the same Message-ID; nothing is ever lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event

from flask import current_app
from sqlalchemy.exc import OperationalError

from notifications import alive, making, outbox
from notifications.mail import LATER, LINK, NEVER, Letterbox, NotSent
from notifications.mailing import MAILING
from notifications.outbox import Parcel
from tracker.settings import Settings
from tracker.store.engine import AnySession

log = logging.getLogger(__name__)
DAY_SECONDS = 86_400
WRITING_AGAIN = (0.0, 1.0, 4.0, 8.0)  # seconds; SQLite has waited for its lock each time before


@dataclass
class Delivered:
    sent: int = 0
    failed: int = 0
    withdrawn: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Round:
    """What all letters of one sweep share."""

    session: AnySession
    settings: Settings
    letterbox: Letterbox
    token: str
    at: datetime
    common: making.Common


def deliver(session: AnySession, settings: Settings, token: str, at: datetime) -> Delivered:
    """Send everything whose time has come. Without a mail server nothing is even claimed."""
    done = Delivered()
    if not settings.smtp.ready or not outbox.anything_to_claim(session, at):
        return done
    letterbox = Letterbox(current_app.extensions["mail"], settings.smtp)
    this = _Round(session, settings, letterbox, token, at, making.Common(session, at))
    with alive.marked(token):
        try:
            while ids := outbox.claim(session, token, at, MAILING.batch):
                if not _batch(this, ids, done):
                    break
        finally:
            letterbox.close()
            outbox.give_back(session, token)
    return done


def _batch(this: _Round, ids: list[int], done: Delivered) -> bool:
    """False where the server is not to be reached: the rest waits for the next sweep."""
    broken = 0
    for letter_id in ids:
        broken = broken + 1 if _one(this, letter_id, done) else 0
        if broken >= MAILING.broken_links:
            return False
    return True


def _one(this: _Round, letter_id: int, done: Delivered) -> bool:
    """Send one letter. True where the line broke on it."""
    parcel: Parcel | None = None
    try:
        this.letterbox.open()  # before the text is made: without a server it stays open for what changes
        frozen = making.freeze(
            this.session, letter_id, this.token, this.at, this.settings.base_url, this.common
        )
        if isinstance(frozen, str):
            done.withdrawn += frozen == "withdrawn"
            done.failed += frozen == "dead"
            return False
        parcel = frozen
        answer = this.letterbox.send(parcel)
    except NotSent as refusal:
        _refused(this, letter_id, parcel, refusal, done)
        return refusal.how == LINK
    except Exception as error:  # a fault of ours in one letter is no reason to keep the others
        log.exception("letter %s", letter_id)
        _refused(this, letter_id, parcel, NotSent(LATER, f"Không soạn được thư: {error!r}"), done)
        done.errors.append(f"Thư {letter_id}: {error!r}")
        return False
    _surely(partial(outbox.mark_sent, this.session, parcel, answer, this.at))
    done.sent += 1
    return False


def _surely(write: Callable[[], None]) -> None:
    """What is out has to be written down, or it goes out again: a database that is away for a moment, or
    held by a long deed, is asked again."""
    for seconds in WRITING_AGAIN:
        try:
            return write()
        except OperationalError:
            log.warning("a sent letter could not be written down, once more in %s s", seconds)
            Event().wait(seconds)
    return write()


def _refused(this: _Round, letter_id: int, parcel: Parcel | None, refusal: NotSent, done: Delivered) -> None:
    done.failed += 1
    if refusal.how == NEVER or (refusal.how == LATER and _too_old(parcel, this.at)):
        outbox.mark_dead(this.session, letter_id, this.token, refusal.answer)
        return
    outbox.put_off(this.session, letter_id, this.token, refusal.answer, this.at)
    if refusal.how == LINK and refusal.answer not in done.errors:
        done.errors.append(refusal.answer)


def _too_old(parcel: Parcel | None, at: datetime) -> bool:
    if parcel is None:
        return False
    return at.timestamp() - parcel.first_frozen_at > MAILING.give_up_days * DAY_SECONDS
