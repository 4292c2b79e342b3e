"""Messages to a committee's webhook: signed, posted once, to a server on loopback that misbehaves on request."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from notifications.collect import collect
from notifications.delivery import outbox
from notifications.delivery.deliver import Delivered, deliver
from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.mailing import MAILING
from notifications.webhooks import post as hooks
from notifications.webhooks.post import Hook, allowed, post, signature
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import webhooks
from tracker.store.engine import transaction
from tracker.store.models import Letter, Webhook

WEDNESDAY, MORNING = date(2026, 5, 20), at_vietnam(date(2026, 5, 13), 8)
BODY = '{"đơn vị": "UBND xã Tân Lập"}'
SOON = 8.0  # seconds in which everything is over, whatever the server does


@dataclass
class Receiver:
    """A server of somebody else. `answer` is a status, or what it does instead: silent, drop, drip, drip-words."""

    answer: int | str = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    body: bytes = b"taken"
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/nhan/tin?kenh=1"

    @property
    def hook(self) -> Hook:
        return Hook(self.url, "bi-mat", (f"127.0.0.1:{self.port}",))


class Handler(BaseHTTPRequestHandler):
    """Answers as its server's receiver says."""

    def do_POST(self) -> None:
        receiver = self._receiver
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append((dict(self.headers), raw))
        receiver.paths.append(self.path)
        if receiver.answer == "silent":
            receiver.ended.wait(SOON)
        elif receiver.answer == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif receiver.answer == "drip":
            with suppress(OSError):
                while not receiver.ended.wait(0.02):
                    self.wfile.write(b"H")
        elif receiver.answer == "drip-words":
            receiver.headers["Content-Length"] = "5000"
            self._say(200)
            with suppress(OSError):
                while not receiver.ended.wait(0.02):
                    self.wfile.write(b"x")
        else:
            self._say(int(receiver.answer))

    @property
    def _receiver(self) -> Receiver:
        found: Receiver = self.server.receiver  # type: ignore[attr-defined]
        return found

    def _say(self, status: int) -> None:
        with suppress(OSError):  # who asked has heard enough
            self.send_response(status)
            for name, value in self._receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(self._receiver.body)

    def log_message(self, *_given: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.receiver = found  # type: ignore[attr-defined]
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


# One message


def test_whoever_receives_a_message_can_check_who_wrote_it_and_when(receiver: Receiver) -> None:
    assert post(receiver.hook, BODY, 7, MORNING) == "200 OK taken"
    ((headers, raw),) = receiver.got
    stamp = headers["X-DonDoc-Timestamp"]
    assert int(stamp) == int(MORNING.timestamp())
    mac = hmac.new(b"bi-mat", f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    assert headers["X-DonDoc-Signature"] == f"sha256={mac}"
    assert headers["X-DonDoc-Delivery"] == "7"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert raw.decode() == BODY
    assert receiver.paths == ["/nhan/tin?kenh=1"]


def test_another_time_another_secret_and_another_body_are_signed_differently() -> None:
    one = signature("bi-mat", 100, BODY)
    assert (
        len(
            {
                one,
                signature("bi-mat", 101, BODY),
                signature("khac", 100, BODY),
                signature("bi-mat", 100, "{}"),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        (301, NEVER),
        (302, NEVER),
        (307, NEVER),
        (400, NEVER),
        (404, NEVER),
        (410, NEVER),
        (408, LATER),
        (429, LATER),
        (500, LATER),
        (503, LATER),
        ("drop", LINK),
        ("silent", LINK),
        ("drip", LINK),
    ],
)
def test_an_answer_says_whether_another_try_makes_sense(
    receiver: Receiver, answer: int | str, how: str
) -> None:
    receiver.answer = answer
    receiver.headers["Location"] = receiver.url + "&again=1"
    begin = time.monotonic()
    with pytest.raises(NotSent) as refusal:
        post(receiver.hook, BODY, 7, MORNING, seconds=0.3 if answer in ("silent", "drip") else SOON)
    assert refusal.value.how == how
    assert refusal.value.answer
    assert len(receiver.got) == 1, "a redirect is not followed"
    assert time.monotonic() - begin < SOON
    if answer in ("silent", "drip"):
        assert "quá thời gian chờ" in refusal.value.answer


def test_of_a_long_answer_only_the_first_words_are_read(receiver: Receiver) -> None:
    receiver.body = b"nhan " * 1_000_000
    receiver.headers["Content-Length"] = str(len(receiver.body))
    assert len(post(receiver.hook, BODY, 7, MORNING)) < 250


def test_a_success_whose_answer_breaks_off_is_a_success(receiver: Receiver) -> None:
    receiver.headers["Content-Length"] = "500"
    assert post(receiver.hook, BODY, 7, MORNING).startswith("200")


def test_nobody_there_and_a_name_that_does_not_exist_are_told_in_words() -> None:
    for url, words in (
        ("http://127.0.0.1:1/x", "máy chủ từ chối kết nối"),
        ("http://hook.invalid/x", ""),
    ):
        with pytest.raises(NotSent, match="Không gửi được tới địa chỉ nhận tin") as refusal:
            post(Hook(url, "bi-mat", ("127.0.0.1:1", "hook.invalid")), BODY, 7, MORNING, seconds=2)
        assert refusal.value.how == LINK
        assert words in refusal.value.answer


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://tin.sonthanh.example/x", True),
        ("https://TIN.sonthanh.example:443/x", True),
        ("http://tin.sonthanh.example/x", True),
        ("https://tin.sonthanh.example:8443/x", False),
        ("https://cong.sonthanh.example:8443/x", True),
        ("https://cong.sonthanh.example/x", False),
        ("https://khac.example/x", False),
        ("https://tin.sonthanh.example.khac.example/x", False),
        ("https://tin.sonthanh.example@khac.example/x", False),
        ("https://khac.example@tin.sonthanh.example/x", False),
        ("https://khac.example#tin.sonthanh.example", False),
        ("https://tin.sonthanh.example:bad/x", False),
        ("ftp://tin.sonthanh.example/x", False),
        ("file:///etc/passwd", False),
        ("https://tin.sonthanh.example/x\r\nX: y", False),
        ("https://tin.sonthanh.example/x y", False),
        ("//tin.sonthanh.example/x", False),
        ("", False),
    ],
)
def test_only_hosts_of_the_list_are_ever_called(url: str, may: bool) -> None:
    hosts = ("tin.sonthanh.example", "cong.sonthanh.example:8443")
    assert allowed(url, hosts) is may
    if not may:
        with pytest.raises(NotSent) as refusal:
            post(Hook(url, "bi-mat", hosts), BODY, 7, MORNING)
        assert refusal.value.how == NEVER


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that takes the call and begins a TLS record of sixteen thousand bytes, one after the other; its port."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _address = listener.accept()
        with line, suppress(OSError):
            line.sendall(b"\x16\x03\x03\x40\x00\x02")
            until = time.monotonic() + SOON
            while time.monotonic() < until and not ended.wait(0.02):
                line.sendall(b"\x00")

    thread = threading.Thread(target=drip)
    thread.start()
    yield int(listener.getsockname()[1])
    ended.set()
    thread.join()
    listener.close()


def test_a_handshake_that_drips_is_cut_when_the_time_is_over(dripping: int) -> None:
    begin = time.monotonic()
    hook = Hook(f"https://127.0.0.1:{dripping}/x", "bi-mat", (f"127.0.0.1:{dripping}",))
    with pytest.raises(NotSent, match="quá thời gian chờ") as refusal:
        post(hook, BODY, 7, MORNING, seconds=0.3)
    assert refusal.value.how == LINK
    assert time.monotonic() - begin < SOON / 2
    assert "webhook" not in {thread.name for thread in threading.enumerate()}, "nothing is left behind"


def test_a_success_whose_words_drip_is_a_success(receiver: Receiver) -> None:
    receiver.answer = "drip-words"
    assert post(receiver.hook, BODY, 7, MORNING, seconds=0.3).startswith("200")


# The outbox


@pytest.fixture
def run(app: Flask, desk: Any, post: Any, receiver: Receiver, use_server: Any) -> Callable[..., Delivered]:
    """Deliver at so many minutes after the morning, with a webhook message that waits."""
    use_server(post.settings)
    hosts = (f"127.0.0.1:{receiver.port}",)
    app.config["TRACKER"] = replace(app.config["TRACKER"], webhook_hosts=hosts)
    with transaction(db.session):
        hook = Webhook(committee_id=desk.world.committee, url=receiver.url, nonce="nonce", changed_at=MORNING)
        db.session.add(hook)
        db.session.flush()
        webhooks.add_message(db.session, hook, "hook:1:2026-05-13", "Việc được nhắc", BODY, MORNING)
    desk.give("Việc của Tân Lập", WEDNESDAY)
    collect(db.session, MORNING)

    def at(minutes: int = 0, **more: Any) -> Delivered:
        moment = MORNING + timedelta(minutes=minutes)
        return deliver(db.session, app.config["TRACKER"], "this sweep", moment, **more)

    return at


def hook_letter() -> Letter:
    db.session.rollback()
    return db.session.scalars(db.select(Letter).where(Letter.channel == "webhook")).one()


def test_a_webhook_message_leaves_with_the_mails_and_is_signed_with_the_committees_secret(
    app: Flask, desk: Any, post: Any, receiver: Receiver, run: Any
) -> None:
    assert run().sent == 2
    assert len(post.to) == 1
    ((headers, raw),) = receiver.got
    secret = webhooks.secret_of(db.session, desk.world.committee, app.config["TRACKER"].secret_key)
    assert secret is not None
    stamp = int(headers["X-DonDoc-Timestamp"])
    assert headers["X-DonDoc-Signature"] == signature(secret, stamp, raw.decode())
    assert json.loads(raw) == json.loads(BODY)
    letter = hook_letter()
    assert (letter.state, letter.tries, letter.answer) == ("sent", 1, "200 OK taken")
    assert run(60).sent == 0


def test_a_webhook_that_is_down_holds_no_mail_up_and_gets_the_same_later(
    app: Flask, desk: Any, post: Any, receiver: Receiver, run: Any
) -> None:
    receiver.answer = "drop"
    result = run()
    assert (result.sent, result.failed, result.errors) == (1, 1, [])
    assert len(post.to) == 1
    letter = hook_letter()
    assert (letter.state, letter.tries) == ("failed", 1)
    assert "Không gửi được tới địa chỉ nhận tin" in letter.answer
    receiver.answer = 200
    assert run(4).sent == 0, "not before five minutes"
    assert run(10).sent == 1
    assert [raw for _headers, raw in receiver.got] == [BODY.encode()] * 2
    assert [headers["X-DonDoc-Delivery"] for headers, _raw in receiver.got] == [str(letter.id)] * 2


def test_webhooks_go_on_without_a_mail_server(app: Flask, receiver: Receiver, run: Any) -> None:
    smtp = replace(app.config["TRACKER"].smtp, host="")
    app.config["TRACKER"] = replace(app.config["TRACKER"], smtp=smtp)
    assert run().sent == 1
    assert len(receiver.got) == 1


def test_a_mail_server_that_is_down_holds_no_webhook_up(
    app: Flask, receiver: Receiver, run: Any, use_server: Any
) -> None:
    use_server(replace(app.config["TRACKER"].smtp, port=1))
    app.config["TRACKER"] = replace(app.config["TRACKER"], webhook_hosts=(f"127.0.0.1:{receiver.port}",))
    result = run()
    assert (result.sent, result.failed) == (1, 1)
    assert len(receiver.got) == 1


def test_a_webhook_that_refuses_is_a_dead_letter(post: Any, receiver: Receiver, run: Any) -> None:
    receiver.answer, receiver.body = 410, b"khong con nua"
    assert run().failed == 1
    letter = hook_letter()
    assert (letter.state, letter.answer) == ("dead", "410 Gone khong con nua")
    assert run(600).sent == 0


def test_a_webhook_that_is_down_for_days_is_given_up(receiver: Receiver, run: Any) -> None:
    receiver.answer = "drop"
    run()
    run((MAILING.give_up_days + 1) * 24 * 60)
    assert hook_letter().state == "dead"


def test_a_webhook_that_was_removed_is_told_nothing_more(receiver: Receiver, run: Any) -> None:
    with transaction(db.session):
        db.session.delete(db.session.scalars(db.select(Webhook)).one())
    run()
    assert hook_letter().state == "dead"
    assert receiver.got == []


def test_a_message_that_a_process_died_over_goes_out_as_it_is(receiver: Receiver, run: Any) -> None:
    letter = hook_letter()
    with transaction(db.session):
        found = db.session.get(Letter, letter.id)
        assert found is not None
        found.state, found.claim_token = "claimed", "a process that died"
    outbox.free_claims(db.session, ["a process that died"])
    assert run().sent == 2
    assert [raw for _headers, raw in receiver.got] == [BODY.encode()]


def test_a_message_is_never_waited_for_longer_than_its_time(
    receiver: Receiver, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "SECONDS", 0.3)
    receiver.answer = "drip"
    begin = time.monotonic()
    assert run().failed == 1
    assert time.monotonic() - begin < SOON
