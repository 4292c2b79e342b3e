"""A committee's webhook: one signed message on a working morning, by a real HTTP server on loopback."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from notifications.sweep import sweep
from tracker.extensions import db
from tracker.services import webhooks
from tracker.store.models import Letter


class Receiver(ThreadingHTTPServer):
    """Whoever takes the messages; it answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(app, world, clock, receiver) -> str:
    """The webhook is set; what it gets is signed with this."""
    app.config["TRACKER"] = dataclasses.replace(app.config["TRACKER"], webhook_hosts=(receiver.name,))
    made = webhooks.set_address(
        world.actor("manager"),
        world.committee,
        f"http://{receiver.name}/tin",
        hosts=(receiver.name,),
        secret=app.config["TRACKER"].secret_key,
        at=clock.now,
    )
    assert made
    return made


def hooks() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Letter).where(Letter.kind == "hook").order_by(Letter.id)))


def test_a_morning_has_one_signed_message_of_what_is_owed(app, world, clock, desk, receiver, secret):
    work = desk.give("Báo cáo quý II", date(2026, 5, 12))
    for _ in range(3):
        assert sweep(app).error == ""
        clock.now += timedelta(minutes=5)
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert told["day"] == "2026-05-12"
    assert {one["assignment"] for unit in told["units"] for one in unit["owed"]} == {work}
    signed = f"{headers['X-DonDoc-Timestamp']}.".encode() + body
    good = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-DonDoc-Signature"] == good
    assert [one.state for one in hooks()] == ["sent"]


def test_nothing_owed_is_no_message(app, world, clock, receiver, secret):
    assert sweep(app).error == ""
    assert receiver.got == []


def test_before_the_mornings_hour_and_on_days_off_nothing_is_written(
    app, world, clock, desk, receiver, secret
):
    desk.give("Báo cáo quý II", date(2026, 5, 15))
    clock.day(2026, 5, 16, 9)  # a Saturday
    sweep(app)
    clock.day(2026, 5, 18, 7, 10)
    sweep(app)
    assert hooks() == []
    clock.day(2026, 5, 18, 7, 40)
    sweep(app)
    assert len(receiver.got) == 1


def test_what_is_told_after_the_message_is_in_the_next_one(app, world, clock, desk, receiver, secret):
    desk.give("Báo cáo quý II", date(2026, 5, 12))
    sweep(app)
    late = desk.give("Họp sơ kết", date(2026, 5, 13), urged_from=date(2026, 5, 12))
    clock.day(2026, 5, 13, 8)
    sweep(app)
    assert len(receiver.got) == 2
    assert late in [one["assignment"] for unit in receiver.bodies[1]["units"] for one in unit["owed"]]


def test_a_receiver_that_is_down_gets_the_same_message_later(app, world, clock, desk, receiver, secret):
    desk.give("Báo cáo quý II", date(2026, 5, 12))
    receiver.status = 503
    sweep(app)
    assert [one.state for one in hooks()] == ["failed"]
    receiver.status = 200
    clock.now += timedelta(hours=5)
    sweep(app)
    assert [one.state for one in hooks()] == ["sent"]
    assert receiver.got[0][1] == receiver.got[1][1]
    assert receiver.got[0][0]["X-DonDoc-Delivery"] == receiver.got[1][0]["X-DonDoc-Delivery"]


def test_the_example_of_the_documents_tells_our_messages_from_others(app, world, clock, receiver, secret):
    page = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")
    example: dict[str, Any] = {}
    exec(page.split("```python")[1].split("```")[0], example)  # noqa: S102 (our own page)
    webhooks.send_test(world.actor("manager"), world.committee, at=clock.now)
    sweep(app)
    ((headers, body),) = receiver.got
    now = clock.now.timestamp()
    assert example["is_ours"](secret, headers, body, now)
    assert not example["is_ours"]("another", headers, body, now)
    assert not example["is_ours"](secret, headers, body + b" ", now)
    assert not example["is_ours"](secret, headers, body, now + 301)
    assert not example["is_ours"](secret, {}, body, now)


def test_a_test_message_goes_the_same_way(app, world, clock, receiver, secret):
    webhooks.send_test(world.actor("manager"), world.committee, at=clock.now)
    assert sweep(app).error == ""
    assert [one["test"] for one in receiver.bodies] == [True]


def test_a_host_that_is_no_longer_allowed_gets_nothing(app, world, clock, receiver, secret):
    webhooks.send_test(world.actor("manager"), world.committee, at=clock.now)
    app.config["TRACKER"] = dataclasses.replace(app.config["TRACKER"], webhook_hosts=())
    sweep(app)
    assert receiver.got == []
    assert [(one.state, "TRACKER_WEBHOOK_HOSTS" in one.answer) for one in hooks()] == [("dead", True)]


def test_what_was_taken_away_gets_nothing(app, world, clock, desk, receiver, secret):
    webhooks.remove(world.actor("manager"), world.committee, at=clock.now)
    desk.give("Báo cáo quý II", date(2026, 5, 12))
    sweep(app)
    assert receiver.got == []


def test_sweeps_at_once_write_and_send_one_message(app, world, clock, desk, receiver, secret):
    desk.give("Báo cáo quý II", date(2026, 5, 12))
    begin = threading.Barrier(3)

    def run() -> None:
        begin.wait()
        sweep(app)

    sweeps = [threading.Thread(target=run) for _ in range(3)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    sweep(app)
    assert [one.state for one in hooks()] == ["sent"]
    assert len(receiver.got) == 1
