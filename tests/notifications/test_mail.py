"""The link to the mail server: encrypted, logged in, and honest about what went wrong."""

from __future__ import annotations

import dataclasses
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from notifications.delivery.mail import FrozenMessage, Letterbox
from notifications.delivery.outbox import Parcel
from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.returned import envelope
from tests.listening import MailServer
from tracker.settings import Bounces, Smtp

PARCEL = Parcel(
    letter_id=7,
    address="officer@sonthanh.example",
    subject="UBND xã Tân Lập: 2 việc quá hạn, 1 việc đến hạn hôm nay, và thêm chữ để dòng phải gập lại",
    text="Kính gửi đồng chí",
    html="<p>Kính gửi đồng chí</p>",
    message_id="<letter-7-1778634000@dondoc.sonthanh.example>",
    reply_to="tuphap@sonthanh.example",
    tries=0,
    sender="dondoc@sonthanh.example",
)
GIVEN = LoginPassword(b"dondoc", b"mat-khau-thu")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def server(certificate: tuple[Path, Path], post: Any) -> Iterator[Callable[[str], Smtp]]:
    """A server that speaks TLS in one of the two ways and knows one user."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    running: list[MailServer] = []

    def start(tls: str) -> Smtp:
        how = {"ssl_context": context} if tls == "ssl" else {"tls_context": context, "require_starttls": True}
        controller = MailServer(
            post,
            authenticator=lambda *given: AuthResult(success=given[-1] == GIVEN, handled=False),
            auth_required=tls == "starttls",
            auth_require_tls=tls == "starttls",  # aiosmtpd does not see that the whole line is encrypted
            **how,  # type: ignore[arg-type]
        )
        controller.start()
        running.append(controller)
        return Smtp(
            "127.0.0.1", controller.port, "dondoc", "mat-khau-thu", tls, "dondoc@sonthanh.example", 30
        )

    yield start
    for controller in running:
        controller.stop()


def send(app: Flask, smtp: Smtp) -> str:
    box = letterbox(app, smtp)
    try:
        return box.send(PARCEL)
    finally:
        box.close()


def letterbox(app: Flask, smtp: Smtp) -> Letterbox:
    return Letterbox(app.extensions["mail"], dataclasses.replace(app.config["TRACKER"], smtp=smtp))


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_letter_goes_over_an_encrypted_line_after_a_log_in(
    sqlite_app: Flask,
    post: Any,
    server: Any,
    tls: str,
    certificate: Any,
    set_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    smtp = server(tls)
    set_server(sqlite_app, smtp)
    assert send(sqlite_app, smtp) == "250 2.0.0 queued as 1"
    assert post.mails[0]["Subject"] == PARCEL.subject


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_an_unknown_certificate_is_not_talked_to(
    sqlite_app: Flask, post: Any, server: Any, tls: str, set_server: Any
) -> None:
    smtp = server(tls)
    set_server(sqlite_app, smtp)
    with pytest.raises(NotSent, match="Không nối được máy chủ thư") as refusal:
        send(sqlite_app, smtp)
    assert refusal.value.how == LINK
    assert post.raw == []


def test_a_wrong_password_is_no_fault_of_the_letter(
    sqlite_app: Flask,
    server: Any,
    certificate: Any,
    set_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    smtp = dataclasses.replace(server("starttls"), password="sai")
    set_server(sqlite_app, smtp)
    with pytest.raises(NotSent, match="535") as refusal:
        send(sqlite_app, smtp)
    assert refusal.value.how == LINK


@pytest.mark.parametrize(
    ("reply", "how"),
    [("550 5.1.1 unknown", NEVER), ("451 4.7.1 later", LATER), ("421 4.3.2 closing", LINK)],
)
def test_an_answer_says_whether_another_try_makes_sense(
    sqlite_app: Flask, post: Any, set_server: Any, reply: str, how: str
) -> None:
    set_server(sqlite_app, post.settings)
    post.refuse[PARCEL.address] = [reply]
    box = letterbox(sqlite_app, post.settings)
    with pytest.raises(NotSent, match=reply[:3]) as refusal:
        box.send(PARCEL)
    assert refusal.value.how == how
    assert box.send(PARCEL).startswith("250"), "the next letter goes"
    box.close()


def test_a_host_that_does_not_exist_is_told_in_words(sqlite_app: Flask, set_server: Any) -> None:
    smtp = Smtp("mail.invalid", 25, sender="dondoc@sonthanh.example", timeout=5)
    set_server(sqlite_app, smtp)
    with pytest.raises(NotSent, match="Không nối được máy chủ thư"):
        send(sqlite_app, smtp)


@pytest.mark.parametrize("field", ["address", "reply_to"])
def test_a_line_break_in_a_header_never_reaches_the_server(
    sqlite_app: Flask, post: Any, set_server: Any, field: str
) -> None:
    set_server(sqlite_app, post.settings)
    bad = dataclasses.replace(PARCEL, **{field: "a@b.example\r\nBcc: x@y.example"})
    box = letterbox(sqlite_app, post.settings)
    with pytest.raises(NotSent) as refusal:
        box.send(bad)
    assert refusal.value.how == NEVER
    box.close()
    assert post.raw == []


CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nSUMMARY:Báo cáo quý\r\nEND:VCALENDAR\r\n"
FULL = dataclasses.replace(
    PARCEL, unsubscribe="https://dondoc.sonthanh.example/thu/ngung/abc", calendar=CALENDAR
)


def read(parcel: Parcel) -> EmailMessage:
    made = message_from_bytes(FrozenMessage(parcel).as_bytes(), policy=policy.default)
    assert isinstance(made, EmailMessage)
    assert made.defects == []
    return made


def test_a_mail_is_read_as_it_was_written() -> None:
    mail = read(PARCEL)
    assert mail["Subject"] == PARCEL.subject
    assert str(mail["From"]) == "Đôn Đốc <dondoc@sonthanh.example>"
    assert str(mail["To"]) == PARCEL.address
    assert str(mail["Reply-To"]) == PARCEL.reply_to
    assert mail["Message-ID"] == PARCEL.message_id
    assert mail["Date"].datetime.timestamp() == PARCEL.frozen_at
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "vi"
    assert mail["List-Unsubscribe"] is None
    assert mail.get_content_type() == "multipart/alternative"
    for kind, words in (("plain", PARCEL.text), ("html", PARCEL.html)):
        part = mail.get_body((kind,))
        assert part is not None
        assert part.get_content() == words


@pytest.mark.parametrize("parcel", [PARCEL, FULL, dataclasses.replace(FULL, text="", html="đ" * 500)])
def test_a_mail_is_written_as_the_email_package_writes_it(parcel: Parcel) -> None:
    raw = FrozenMessage(parcel).as_bytes()
    as_they_are = policy.compat32.clone(linesep="\r\n", max_line_length=None)
    assert message_from_bytes(raw, policy=as_they_are).as_bytes() == raw


def test_a_mail_that_may_be_ended_says_how_with_one_click() -> None:
    mail = read(FULL)
    assert mail["List-Unsubscribe"] == f"<{FULL.unsubscribe}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_calendar_is_attached_beside_the_words() -> None:
    mail = read(FULL)
    assert mail.get_content_type() == "multipart/mixed"
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached["Content-Type"].params["method"] == "PUBLISH"
    assert attached.get_filename() == "viec.ics"
    assert attached.get_payload(decode=True) == CALENDAR.encode()
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content() == FULL.text


@pytest.mark.parametrize(
    "subject",
    ["", "a", "Plain words", "=?utf-8?q?not_encoded?=", "đ" * 400, "từ " * 100, "a" * 400, "🙂" * 60, "a\tb"],
)
def test_a_subject_of_any_words_comes_back_whole_and_its_lines_are_short(subject: str) -> None:
    raw = FrozenMessage(dataclasses.replace(PARCEL, subject=subject)).as_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100
    assert raw.isascii()


def test_long_and_strange_words_leave_no_long_line_and_come_back_whole() -> None:
    words = "Việc " + "đ" * 5_000 + "\n.\n..\n" + "x" * 3_000 + "\n"
    raw = FrozenMessage(dataclasses.replace(PARCEL, text=words, html=words)).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail.get_body(("plain",)).get_content() == words  # type: ignore[attr-defined]


def test_what_cannot_be_delivered_comes_back_under_the_name_of_its_letter(
    sqlite_app: Flask, post: Any, set_server: Any
) -> None:
    set_server(sqlite_app, post.settings)
    settings = dataclasses.replace(
        sqlite_app.config["TRACKER"], bounces=Bounces(address="thu-tra@sonthanh.example")
    )
    box = Letterbox(sqlite_app.extensions["mail"], settings)
    box.send(FULL)
    box.close()
    (sender,) = post.senders
    assert sender.startswith("thu-tra+7-")
    assert envelope.read(sender, settings.secret_key) == FULL.letter_id
    assert envelope.read(sender.replace("+7-", "+8-"), settings.secret_key) is None
    assert str(post.mails[0]["From"]) == "Đôn Đốc <dondoc@sonthanh.example>"


def test_the_same_letter_is_the_same_bytes(sqlite_app: Flask) -> None:
    once, again = (FrozenMessage(FULL).as_bytes() for _ in range(2))
    assert once == again
    assert max(len(line) for line in once.splitlines()) < 998
