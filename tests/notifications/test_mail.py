"""The link to the mail server: encrypted, logged in, and honest about what went wrong."""

from __future__ import annotations

import dataclasses
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from notifications.mail import FrozenMessage, Letterbox
from notifications.outbox import Parcel
from notifications.refusals import LATER, LINK, NEVER, NotSent
from tracker.settings import Smtp

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
def server(certificate: tuple[Path, Path], post: Any, free_port: int) -> Iterator[Callable[[str], Smtp]]:
    """A server that speaks TLS in one of the two ways and knows one user."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    running: list[Controller] = []

    def start(tls: str) -> Smtp:
        how = {"ssl_context": context} if tls == "ssl" else {"tls_context": context, "require_starttls": True}
        controller = Controller(
            post,
            hostname="127.0.0.1",
            port=free_port,
            authenticator=lambda *given: AuthResult(success=given[-1] == GIVEN, handled=False),
            auth_required=tls == "starttls",
            auth_require_tls=tls == "starttls",  # aiosmtpd does not see that the whole line is encrypted
            **how,  # type: ignore[arg-type]
        )
        controller.start()
        running.append(controller)
        return Smtp("127.0.0.1", free_port, "dondoc", "mat-khau-thu", tls, "dondoc@sonthanh.example", 5)

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


def test_the_same_letter_is_the_same_bytes(sqlite_app: Flask) -> None:
    once, again = (FrozenMessage(PARCEL).as_bytes() for _ in range(2))
    assert once == again
    assert max(len(line) for line in once.splitlines()) < 998
