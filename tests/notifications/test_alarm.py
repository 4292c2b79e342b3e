"""The dead-man address: called after each good sweep and only then, and never the sweep's own failure."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from notifications import alarm
from notifications.sweep import sweep
from tracker.extensions import db
from tracker.settings import Bounces
from tracker.store.models import SweepRun


class Monitor(ThreadingHTTPServer):
    """A monitor that answers as a test tells it to."""

    status = 200
    calls = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/song/abc"


class Answer(BaseHTTPRequestHandler):
    server: Monitor

    def do_GET(self) -> None:
        self.server.calls += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    with Monitor(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def use(app, url: str, **more) -> None:
    app.config["TRACKER"] = dataclasses.replace(app.config["TRACKER"], alarm_url=url, **more)


def answers() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(SweepRun.alarm).order_by(SweepRun.id)))


def test_a_good_sweep_is_reported_and_the_answer_kept(sqlite_app, world, clock, monitor):
    use(sqlite_app, monitor.url)
    assert sweep(sqlite_app).error == ""
    assert monitor.calls == 1
    assert answers() == ["200 OK"]


def test_not_more_often_than_once_a_minute(sqlite_app, world, clock, monitor):
    use(sqlite_app, monitor.url)
    start = clock.now
    for seconds in (0, 20, 40, 60, 80):
        clock.now = start + timedelta(seconds=seconds)
        sweep(sqlite_app)
    assert monitor.calls == 2
    assert answers() == ["200 OK", "", "", "200 OK", ""]


def test_a_clock_that_was_ahead_silences_nothing(sqlite_app, world, clock, monitor):
    use(sqlite_app, monitor.url)
    clock.now += timedelta(days=400)
    sweep(sqlite_app)
    clock.now -= timedelta(days=400)
    sweep(sqlite_app)
    assert monitor.calls == 2


def test_a_sweep_with_an_error_is_not_reported(sqlite_app, world, clock, monitor, closed_port):
    use(sqlite_app, monitor.url, bounces=Bounces(host="127.0.0.1", port=closed_port, user="x", tls="none"))
    assert sweep(sqlite_app).error
    assert monitor.calls == 0


def test_a_monitor_that_refuses_is_written_down_and_is_no_failure(sqlite_app, world, clock, monitor):
    monitor.status = 503
    use(sqlite_app, monitor.url)
    assert sweep(sqlite_app).error == ""
    assert answers() == ["503 Service Unavailable"]


def test_a_monitor_that_is_not_there_is_no_failure(sqlite_app, world, clock, closed_port):
    use(sqlite_app, f"http://127.0.0.1:{closed_port}/")
    assert sweep(sqlite_app).error == ""
    assert "từ chối kết nối" in answers()[0]


def test_a_monitor_that_says_nothing_or_drips_is_not_waited_for(
    sqlite_app, world, clock, silent_port, monkeypatch
):
    monkeypatch.setattr(alarm, "SECONDS", 0.5)
    use(sqlite_app, f"http://127.0.0.1:{silent_port}/")
    assert sweep(sqlite_app).error == ""
    assert "quá thời gian" in answers()[0]


def test_a_monitor_that_speaks_no_http_is_no_failure(sqlite_app, world, clock):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(1000)
                line.sendall(b"220 mail.sonthanh.example ESMTP\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        use(sqlite_app, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        assert sweep(sqlite_app).error == ""
        thread.join()
    assert answers()[0]
