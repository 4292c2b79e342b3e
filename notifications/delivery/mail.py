"""Flask-Mail with a time-out: one link to the mail server, one message for each person.

What a server or a line does comes out as an answer in words or as one `NotSent`; smtplib stays in here.
"""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
import time
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.charset import BASE64, Charset
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask
from flask_mail import BadHeaderError, Connection, Mail, Message, sanitize_address

from notifications.delivery.outbox import Parcel
from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.line_faults import why
from notifications.returned import envelope
from tracker.clock import VIETNAM
from tracker.settings import Settings

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

SENDER_NAME = "Đôn Đốc"
LANGUAGE = "vi"  # of letters; screen readers and translators ask for it
PLAIN_LENGTH = 60  # of a header's words that need no folding
# Not the charset's name: what that means Flask-Mail changes for the whole process.
UTF8 = Charset("utf-8")
UTF8.header_encoding = BASE64

# Answers that speak of the server or of our log-in, whatever letter it was about; each of them would befall
# every letter. The rest of 5xx is about this one.
ABOUT_THE_LINE = {421, 500, 502, 503, 530, 534, 535, 538}
TOO_LARGE = 552


def init(app: Flask) -> None:
    """Bind Flask-Mail. A test sends for real, to a server on loopback."""
    app.config.setdefault("MAIL_SUPPRESS_SEND", False)
    Mail(app)


class _Lines:
    """What the server says, line by line, each answer as a whole within its time: a time-out of the socket
    begins anew with every byte."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line = line
        self._seconds = seconds
        self._until = 0.0
        self._read = b""

    def begin(self) -> None:
        self._until = time.monotonic() + self._seconds

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._read and len(self._read) < limit:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._line.settimeout(left)
            more = self._line.recv(4096)
            if not more:
                break
            self._read += more
        self._line.settimeout(self._seconds)
        end = self._read.find(b"\n") + 1 or len(self._read)
        found, self._read = self._read[: min(end, limit)], self._read[min(end, limit) :]
        return found

    def close(self) -> None:
        """smtplib closes what it reads from; the socket itself is closed beside it."""


class _Smtp(smtplib.SMTP):
    """Keeps the answer to a message's last dot, which smtplib drops, and waits for each answer only so long."""

    heard = ""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock, self.timeout)
        if self.file is not None:
            self.file.begin()
        return super().getreply()

    def data(self, msg: Buffer | str) -> tuple[int, bytes]:
        code, answer = super().data(msg)
        self.heard = told(code, answer)
        return code, answer


class _SmtpSsl(smtplib.SMTP_SSL, _Smtp):
    """The same, encrypted from the first byte."""


class Link(Connection):
    """Flask-Mail's connection, which by itself would wait for ever."""

    def __init__(self, mail: Mail, timeout: float) -> None:
        super().__init__(mail)
        self.timeout = timeout

    def configure_host(self) -> smtplib.SMTP:
        mail = self.mail
        host: smtplib.SMTP
        if mail.use_ssl:
            context = ssl.create_default_context()
            host = _SmtpSsl(mail.server, mail.port, timeout=self.timeout, context=context)
        else:
            host = _Smtp(mail.server, mail.port, timeout=self.timeout)
        try:
            if mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
            host.ehlo_or_helo_if_needed()  # a server that refuses us here refuses no letter
        except BaseException:
            host.close()
            raise
        return host

    def send(self, message: Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """As Flask-Mail does, but for its looking at each address four times."""
        assert isinstance(message, FrozenMessage)
        assert self.host is not None
        raw = message.as_bytes()  # refuses what does not belong into a header
        envelope = envelope_from if isinstance(envelope_from, str) else message.parcel.sender
        self.host.sendmail(envelope, [ascii_address(message.parcel.address)], raw)


class Letterbox:
    """The mail server for the length of one sweep: the line is opened when needed and again when it broke."""

    def __init__(self, mail: Mail, settings: Settings) -> None:
        self._mail = mail
        self._settings = settings
        self._link: Link | None = None

    def open(self) -> None:
        """Raises `NotSent` where the server cannot be reached or does not let us in."""
        if self._link is not None:
            return
        link = Link(self._mail, self._settings.smtp.timeout)
        try:
            link.__enter__()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(LINK, f"Không nối được máy chủ thư: {_words(error)}") from error
        self._link = link

    def send(self, parcel: Parcel) -> str:
        """The server's answer. Raises `NotSent`; after a broken line the next `open` makes a new one."""
        self.open()
        assert self._link is not None
        try:
            self._link.send(FrozenMessage(parcel), self._envelope_sender(parcel))
        except Exception as error:
            refusal = _refusal(error)
            if refusal is None:
                self._drop()
                raise
            if refusal.how == LINK:
                self._drop()
            raise refusal from error
        return str(getattr(self._link.host, "heard", ""))

    def _envelope_sender(self, parcel: Parcel) -> str:
        """Where a mail that cannot be delivered comes back to; it names its letter."""
        back = self._settings.bounces.address
        if not back:
            return parcel.sender
        return envelope.make(back, parcel.letter_id, self._settings.secret_key)

    def close(self) -> None:
        """Say good-bye where there is still somebody to say it to."""
        link, self._link = self._link, None
        if link is None or link.host is None:
            return
        try:
            link.host.quit()
        except (OSError, smtplib.SMTPException):
            link.host.close()

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None and link.host is not None:
            link.host.close()


class FrozenMessage(Message):
    """The same bytes on every try: nothing in them comes from chance, from a clock or from the machine."""

    def __init__(self, parcel: Parcel) -> None:
        # Not Flask-Mail's own: it asks the network for this machine's name, for a Message-ID that is not used.
        self.parcel = parcel
        self.subject = parcel.subject
        self.sender = (SENDER_NAME, parcel.sender)
        self.recipients = [parcel.address]
        self.body, self.alts = parcel.text, {"html": parcel.html}
        self.reply_to = parcel.reply_to or None
        self.date = parcel.frozen_at
        self.msgId = parcel.message_id

    def as_bytes(self) -> bytes:
        # A boundary has seventy characters at most.
        stem = hashlib.sha256(self.msgId.encode()).hexdigest()[:32]
        words = (_part(self.parcel.text, "plain"), _part(self.parcel.html, "html"))
        made = _multipart("alternative", f"=_1_{stem}", words)
        if self.parcel.calendar:
            made = _multipart("mixed", f"=_0_{stem}", (_entity(*made), _attached(self.parcel.calendar)))
        kind, body = made
        return _entity((*kind, *(f"{name}: {_checked(value)}" for name, value in self._headers())), body)

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield "Subject", _words_of_header("Subject", self.parcel.subject)
        yield "From", f"{_words_of_header('From', SENDER_NAME)} <{self.parcel.sender}>"
        yield "To", ascii_address(self.parcel.address)
        yield "Date", format_datetime(datetime.fromtimestamp(self.parcel.frozen_at, VIETNAM))
        yield "Message-ID", self.msgId
        if self.parcel.reply_to:
            yield "Reply-To", ascii_address(self.parcel.reply_to)
        yield "Auto-Submitted", "auto-generated"
        yield "Content-Language", LANGUAGE
        if self.parcel.unsubscribe:
            yield "List-Unsubscribe", f"<{self.parcel.unsubscribe}>"
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


@lru_cache(maxsize=64)  # our own name is in every mail, and the people of a unit are told the same
def _words_of_header(name: str, words: str) -> str:
    """As they are where nothing in them can be mistaken, else encoded (RFC 2047) and folded."""
    plain = words.isascii() and words.isprintable() and len(words) <= PLAIN_LENGTH and "=?" not in words
    return words if plain else Header(words, UTF8, header_name=name).encode(linesep="\r\n")


def ascii_address(address: str) -> str:
    """With the name of its host as servers know it."""
    return address if address.isascii() else str(sanitize_address(address))


def _checked(value: str) -> str:
    """Of a header that is folded already: no line of it begins a header of its own."""
    if any(line and line[0] not in " \t" for line in value.splitlines()[1:]):
        raise BadHeaderError
    return value


# What a mail is made of (RFC 2045, 2046). Every mail has the same shape and its headers are folded already: the email
# package, which has to be ready for any, takes several times as long. The tests hold it against that package.

_MIME = "MIME-Version: 1.0"
_BASE64 = "Content-Transfer-Encoding: base64"


def _entity(headers: Iterable[str], body: bytes) -> bytes:
    return "\r\n".join((*headers, "", "")).encode("ascii") + body


def _multipart(kind: str, boundary: str, parts: Iterable[bytes]) -> tuple[tuple[str, str], bytes]:
    line = f"--{boundary}".encode("ascii")
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return (f'Content-Type: multipart/{kind}; boundary="{boundary}"', _MIME), body + line + b"--\r\n"


def _part(words: str, kind: str) -> bytes:
    return _entity((f'Content-Type: text/{kind}; charset="utf-8"', _MIME, _BASE64), _in_base64(words))


def _attached(calendar: str) -> bytes:
    kind = 'Content-Type: text/calendar; charset="utf-8"; method="PUBLISH"'
    named = 'Content-Disposition: attachment; filename="viec.ics"'
    return _entity((_MIME, _BASE64, kind, named), _in_base64(calendar))


def _in_base64(words: str) -> bytes:
    """No server in between finds a line too long or a byte too high."""
    return encodebytes(words.encode()).replace(b"\n", b"\r\n")


def _refusal(error: Exception) -> NotSent | None:
    """What the error means for the letter; None for a fault of our own."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _answered(code, answer)
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != TOO_LARGE:
        return NotSent(LINK, told(error.smtp_code, error.smtp_error))  # our own address: so for every letter
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error)
    if isinstance(error, (smtplib.SMTPNotSupportedError, BadHeaderError, UnicodeError)):
        return NotSent(NEVER, f"Thư không gửi được ở dạng này: {_words(error)}")
    if isinstance(error, (OSError, smtplib.SMTPException)):
        return NotSent(LINK, f"Đứt liên lạc với máy chủ thư: {_words(error)}")
    return None


def _answered(code: int, answer: bytes | str) -> NotSent:
    if code in ABOUT_THE_LINE:
        return NotSent(LINK, told(code, answer))
    return NotSent(NEVER if code >= 500 else LATER, told(code, answer))


def told(code: int, answer: bytes | str) -> str:
    """`250 2.0.0 OK queued as 4F2`"""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return told(error.smtp_code, error.smtp_error)
    return why(error)
