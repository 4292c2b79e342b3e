"""Returned mail is taken in: from its mailbox, every few minutes, or from a mail server's pipe.

A mail is looked at once and marked as read, never deleted; one of which we cannot make anything stays as it is, marked
as read, for whoever looks after the mailbox. Whatever the mailbox does, sending goes on.
"""

from __future__ import annotations

import imaplib
import logging
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from notifications import line_faults
from notifications.phrases import _
from notifications.returned import envelope, reports
from notifications.within import Attempt
from tracker.access import OPERATOR
from tracker.extensions import db
from tracker.services import bounces as deeds
from tracker.settings import Bounces, Settings
from tracker.store.queries import bounces as find

log = logging.getLogger(__name__)
EVERY_SECONDS = 300.0
MOST_AT_ONCE = 50
FETCHING_SECONDS, MARKING_SECONDS = 60.0, 20.0
BOUNCED, DELAYED, KNOWN, FOREIGN = "bounced", "delayed", "known", "foreign"
TOLD = {
    BOUNCED: "Đã ghi: thư bị trả lại, địa chỉ người nhận được đánh dấu đỏ.",
    DELAYED: "Đã ghi: thư đang chậm, máy chủ bên nhận còn thử lại.",
    KNOWN: "Thư trả lại này đã được ghi từ trước.",
    FOREIGN: "Không phải thư trả lại của phần mềm, không ghi gì.",
}
MOST_BYTES = reports.MOST_BYTES


def take(raw: bytes, settings: Settings, at: datetime) -> str:
    """Take one returned mail in: bounced, delayed, known (noted before) or foreign (nothing of ours)."""
    found = reports.read(raw)
    letter_id = _letter_of(found, settings.secret_key) if found else None
    if found is None or letter_id is None:
        return FOREIGN
    if found.kind == reports.DELAYED:
        return DELAYED if deeds.delayed(OPERATOR, letter_id, found.words, at=at) else KNOWN
    return BOUNCED if deeds.came_back(OPERATOR, letter_id, found.words, at=at) else KNOWN


def _letter_of(found: reports.Returned, secret: str) -> int | None:
    """By the signed address; else by Message-ID and address together."""
    signed = (envelope.read(tag, secret) for tag in found.tags)
    letter_id = next((one for one in signed if one is not None and one < 2**31), None)
    return letter_id or find.letter_named(db.session, found.letters, found.text)


# The mailbox


@dataclass
class Reading:
    """What one reading of the mailbox found; `error` says in words why it could not be read to the end."""

    taken: dict[str, int] = field(default_factory=dict)
    error: str = ""


@dataclass
class _Pace:
    """When this process reads next, what it has to say until then, and a reading that still hangs."""

    next_at: float = 0.0
    error: str = ""
    attempt: Attempt[object] | None = None


def read_now_and_then(app: Flask, at: datetime) -> str:
    """Read the mailbox if it is time to, and see who can be reached again. The last error in words holds until the
    next reading."""
    settings: Settings = app.config["TRACKER"]
    pace: _Pace = app.extensions.setdefault("bounces", _Pace())
    if time.monotonic() >= pace.next_at:
        pace.next_at = time.monotonic() + EVERY_SECONDS
        pace.error = _read(settings, at, pace).error if settings.bounces.readable else ""
        deeds.clear_recovered(OPERATOR, at=at)
    return pace.error


def read_mailbox(settings: Settings, at: datetime) -> Reading:
    """Read the mailbox once, now."""
    return _read(settings, at, _Pace())


def _read(settings: Settings, at: datetime, pace: _Pace) -> Reading:
    """The line to the mailbox is never open while the database works, so that neither waits for the other."""
    reading = Reading()
    if pace.attempt is not None and pace.attempt.hangs:
        reading.error = _in_words(TimeoutError(), settings.bounces)
        return reading
    try:
        found = _attempt(lambda: fetch(settings.bounces), pace).wait(FETCHING_SECONDS)
        done = [uid for uid, raw in found if _taken(raw, settings, at, reading)]
        if done:
            _attempt(lambda: mark(settings.bounces, done), pace).wait(MARKING_SECONDS)
    except (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError) as error:
        log.warning("mailbox of returned mail: %r", error)
        reading.error = _in_words(error, settings.bounces)
    return reading


def _attempt(call: Callable[[], object], pace: _Pace) -> Attempt:  # type: ignore[type-arg]
    pace.attempt = Attempt(call, "returned-mail")
    return pace.attempt


def _taken(raw: bytes, settings: Settings, at: datetime, reading: Reading) -> bool:
    """False for a mail that the database could not take: it stays unread and comes again."""
    try:
        kind = take(raw, settings, at)
    except Exception as error:
        log.exception("returned mail")
        db.session.rollback()
        reading.error = _("Không ghi được một thư trả lại, sẽ đọc lại sau: %(why)s", why=repr(error))
        return False
    reading.taken[kind] = reading.taken.get(kind, 0) + 1
    return True


def fetch(given: Bounces) -> list[tuple[str, bytes]]:
    """(uid, the first bytes) of mail that is not marked as read; nothing is changed."""
    box = open_box(given)
    try:
        uids = box.uids("UNSEEN", charset=None)[:MOST_AT_ONCE]
        return [(uid, _first_bytes(box, uid)) for uid in uids]
    finally:
        leave(box)


def mark(given: Bounces, uids: Iterable[str]) -> None:
    """Mark as read. The library's own way would also empty the mailbox's bin."""
    box = open_box(given)
    try:
        _good(box.client.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Seen)"))
    finally:
        leave(box)


def open_box(given: Bounces) -> BaseMailBox:
    """The mailbox, logged in, in its folder. Raises OSError, imaplib's or imap-tools' errors."""
    secure = ssl.create_default_context()
    box: BaseMailBox
    if given.tls == "ssl":
        box = MailBox(given.host, given.port, given.timeout, ssl_context=secure)
    else:
        box = MailBoxUnencrypted(given.host, given.port, given.timeout)
    try:
        if given.tls == "starttls":  # the library's own class leaves the line open where this fails
            box.client.starttls(secure)
        plain = (given.user + given.password).isascii()
        (box.login if plain else box.login_utf8)(given.user, given.password, None)
        box.folder.set(given.folder)
    except BaseException:
        leave(box)
        raise
    return box


def leave(box: BaseMailBox) -> None:
    with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def _first_bytes(box: BaseMailBox, uid: str) -> bytes:
    """Enough of a mail to know what it says: a letter that is given back whole may be large."""
    parts = _good(box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")


def _good(answer: tuple[str, list[object]]) -> list[object]:
    kind, parts = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"{kind} {parts!r}")
    return parts


def _in_words(error: Exception, given: Bounces) -> str:
    return _("Không đọc được hộp thư trả lại (%(host)s): %(why)s.", host=given.host, why=why(error))


def why(error: Exception) -> str:
    """What a mailbox or the line to it did, in words."""
    if isinstance(error, MailboxLoginError):
        return _("tên đăng nhập hoặc mật khẩu không đúng")
    if isinstance(error, MailboxFolderSelectError):
        return _("không có thư mục này trong hộp thư")
    return line_faults.why(error)
