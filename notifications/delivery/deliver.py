"""Claimed letters leave one by one, channel after channel; what came of each is written down at once.

A crash between sending and writing repeats one mail under the same Message-ID; nothing is ever lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event

from flask import current_app
from sqlalchemy.exc import OperationalError

from notifications import alive
from notifications.delivery import outbox
from notifications.delivery.channels import CHANNELS, Means
from notifications.delivery.freezing import Batch
from notifications.delivery.mail import Letterbox
from notifications.delivery.outbox import Parcel
from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.mailing import MAILING
from notifications.quiet import asleep
from tracker.letters import Channel, State
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


@dataclass
class _Round:
    """One channel's part of a delivery. `in_hand` is the letter that may have left and is not written down yet."""

    session: AnySession
    token: str
    at: datetime
    channel: str
    sleeping: Collection[int]
    means: Means
    done: Delivered
    seconds: Callable[[], float]
    begun: float
    in_hand: int | None = None

    @property
    def is_over(self) -> bool:
        """However slow a server is: what comes next has its turn, and the next sweep goes on."""
        most = MAILING.round_seconds if self.channel == Channel.MAIL else MAILING.hook_seconds
        return self.seconds() - self.begun > most


def deliver(
    session: AnySession,
    settings: Settings,
    token: str,
    at: datetime,
    seconds: Callable[[], float] = time.monotonic,
) -> Delivered:
    """Send everything whose time has come, mail first. Without a mail server no mail is even claimed."""
    done = Delivered()
    means = Means(settings, Letterbox(current_app.extensions["mail"], settings), at)
    sleeping = asleep(session, at)
    try:
        for channel in CHANNELS:
            if means.has(channel) and outbox.anything_to_claim(session, at, channel, sleeping):
                this = _Round(session, token, at, channel, sleeping, means, done, seconds, seconds())
                with alive.marked(token):
                    _deliver(this)
    finally:
        means.letterbox.close()
    return done


def _deliver(this: _Round) -> None:
    try:
        while ids := _claimed(this):
            batch = Batch(this.session, this.token, this.at, this.means.settings, ids)
            if not _send_all(this, batch) or this.is_over:
                break
            outbox.give_back(this.session, this.token)
    finally:
        outbox.give_back(this.session, this.token, this.in_hand)


def _claimed(this: _Round) -> list[int]:
    return outbox.claim(this.session, this.token, this.at, MAILING.batch, this.channel, this.sleeping)


def _send_all(this: _Round, batch: Batch) -> bool:
    """False where the server is not to be reached: the rest waits for the next sweep. A batch that takes too long
    ends early: what is left of it is claimed again and made anew."""
    broken, begun = 0, this.seconds()
    for letter_id in batch.ids:
        broken = broken + 1 if _one(this, batch, letter_id) else 0
        if broken >= MAILING.broken_links and this.channel == Channel.MAIL:  # webhooks have a server each
            return False
        if this.is_over or this.seconds() - begun > MAILING.batch_seconds:
            break
    return True


def _one(this: _Round, batch: Batch, letter_id: int) -> bool:
    """Send one letter. True where the line broke on it."""
    parcel: Parcel | None = None
    try:
        # Before the text is made: without a server it stays open for what changes.
        this.means.open(this.channel)
        made = batch.parcel(letter_id)
        if isinstance(made, str):
            this.done.withdrawn += made == State.WITHDRAWN
            this.done.failed += made == State.DEAD
            return False
        parcel, this.in_hand = made, letter_id
        answer = CHANNELS[this.channel](parcel, this.means)
    except NotSent as refusal:
        _refused(this, batch, letter_id, parcel, refusal)
        return refusal.how == LINK
    except Exception as error:  # a fault of ours in one letter is no reason to keep the others
        log.exception("letter %s", letter_id)
        _refused(this, batch, letter_id, parcel, NotSent(LATER, f"Không soạn được thư: {error!r}"))
        this.done.errors.append(f"Thư {letter_id}: {error!r}")
        return False
    _surely(partial(outbox.mark_sent, this.session, parcel, answer, this.at))
    this.in_hand = None
    this.done.sent += 1
    return False


def _surely(write: Callable[[], None]) -> None:
    """What is out has to be written down, or it goes out again: a database that is away for a moment, or
    held by a long deed, is asked again."""
    for seconds in WRITING_AGAIN:
        try:
            return write()
        except OperationalError:
            log.warning("what became of a letter could not be written down, once more in %s s", seconds)
            Event().wait(seconds)
    return write()


def _refused(this: _Round, batch: Batch, letter_id: int, parcel: Parcel | None, refusal: NotSent) -> None:
    this.done.failed += 1
    mail_line = refusal.how == LINK and this.channel == Channel.MAIL
    if refusal.how == NEVER or (not mail_line and _too_old(parcel, this.at)):
        write = partial(outbox.mark_dead, this.session, letter_id, this.token, refusal.answer)
    else:
        unseen = parcel is None and batch.is_ours(letter_id)
        write = partial(
            outbox.put_off, this.session, letter_id, this.token, refusal.answer, this.at, unseen=unseen
        )
    _surely(write)
    this.in_hand = None
    if mail_line and refusal.answer not in this.done.errors:
        this.done.errors.append(refusal.answer)


def _too_old(parcel: Parcel | None, at: datetime) -> bool:
    if parcel is None:
        return False
    return at.timestamp() - parcel.first_frozen_at > MAILING.give_up_days * DAY_SECONDS
