"""Flask-Mail with a time-out: one link to the mail server, one message for each person.

What a server or a line does comes out as an answer in words or as one `NotSent`; smtplib stays in here.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from email import policy
from email.mime.base import MIMEBase
from email.utils import parseaddr
from typing import TYPE_CHECKING

from flask import Flask
from flask_mail import BadHeaderError, Connection, Mail, Message

from notifications.outbox import Parcel
from tracker.settings import Smtp

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

SENDER_NAME = "Đôn Đốc"
NEVER, LATER, LINK = "never", "later", "link"
# Answers that speak of the server or of our log-in, whatever letter it was about; each of them would befall
# every letter. The rest of 5xx is about this one.
ABOUT_THE_LINE = {421, 500, 502, 503, 530, 534, 535, 538}
TOO_LARGE = 552


class NotSent(Exception):
    """`how` is never (5xx for this letter), later (4xx for it), or link: the line, the server or our own settings
    failed, which is no fault of the letter."""

    def __init__(self, how: str, answer: str) -> None:
        super().__init__(answer)
        self.how = how
        self.answer = answer


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


class Letterbox:
    """The mail server for the length of one sweep: the line is opened when needed and again when it broke."""

    def __init__(self, mail: Mail, smtp: Smtp) -> None:
        self._mail = mail
        self._smtp = smtp
        self._link: Link | None = None

    def open(self) -> None:
        """Raises `NotSent` where the server cannot be reached or does not let us in."""
        if self._link is not None:
            return
        link = Link(self._mail, self._smtp.timeout)
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
            self._link.send(message(parcel, self._smtp.sender))
        except Exception as error:
            refusal = _refusal(error)
            if refusal is None:
                self._drop()
                raise
            if refusal.how == LINK:
                self._drop()
            raise refusal from error
        return str(getattr(self._link.host, "heard", ""))

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
    """The same bytes on every try: boundaries come from the Message-ID, not from chance."""

    def _message(self) -> MIMEBase:
        made = super()._message()
        stem = self.msgId.strip("<>").replace("@", "-at-")
        for place, part in enumerate(part for part in made.walk() if part.is_multipart()):
            part.set_boundary(f"=_{place}_{stem}")
        # Python 3.11 loses spaces when it folds encoded words a second time ("sắp đếnhạn").
        made.policy = policy.SMTP.clone(refold_source="none")
        return made


def message(parcel: Parcel, sender: str) -> FrozenMessage:
    """A parcel as Flask-Mail wants it."""
    made = FrozenMessage(
        subject=parcel.subject,
        recipients=[parcel.address],
        body=parcel.text,
        html=parcel.html,
        sender=(SENDER_NAME, parseaddr(sender)[1]),
        reply_to=parcel.reply_to or None,
        date=parcel.frozen_at,
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    made.msgId = parcel.message_id
    return made


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
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "quá thời gian chờ"
    if isinstance(error, ConnectionRefusedError):
        return "máy chủ từ chối kết nối"
    if isinstance(error, socket.gaierror):
        return "không tìm thấy tên máy chủ"
    if isinstance(error, smtplib.SMTPResponseException):
        return told(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split()) or type(error).__name__
