"""One sweeper among many: locks that free themselves, an elector that stays, and the sweep at its pace."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from notifications import alive, schedule
from notifications.collect import collect
from notifications.commands import tick_once, told
from notifications.delivery import outbox
from notifications.schedule import Elector, FileLeader, PostgresLeader, leader_of
from tracker.clock import at_vietnam, system_clock
from tracker.extensions import db
from tracker.store.models import SweepRun

SOON = 0.02  # seconds between two rounds of an election
PATIENCE = 20  # seconds until a test gives up


def wait_for(what: Callable[[], bool]) -> None:
    """Look again and again until it is so."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / SOON)):
        if what():
            return
        pause.wait(SOON)
    raise AssertionError("it never came to be")


@pytest.fixture
def sweepers(app: Flask, clock: Any) -> Iterator[Callable[[], schedule.Sweeper]]:
    clock.day(2026, 5, 13)
    running: list[schedule.Sweeper] = []

    def start() -> schedule.Sweeper:
        running.append(schedule.start(app, SOON))
        return running[-1]

    yield start
    for sweeper in running:
        sweeper.stop()


def runs(app: Flask) -> int:
    db.session.rollback()
    return len(list(db.session.scalars(db.select(SweepRun.id))))


def test_one_leader_at_a_time_on_either_database(app: Flask) -> None:
    first, second = leader_of(app), leader_of(app)
    assert first.acquire()
    assert not second.acquire()
    assert first.still()
    assert not second.still()
    first.release()
    assert second.acquire()
    second.release()


def test_a_lost_connection_ends_the_lead_on_postgresql(app: Flask) -> None:
    leader, other = leader_of(app), leader_of(app)
    if not isinstance(leader, PostgresLeader):
        assert isinstance(leader, FileLeader)
        return
    assert leader.acquire()
    kill = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
    db.session.execute(text(kill))
    db.session.rollback()
    wait_for(other.acquire)
    assert not leader.still()
    other.release()


HOLDER = """
import sys
from pathlib import Path
from notifications.schedule import FileLeader
leader = FileLeader(Path(sys.argv[1]))
assert leader.acquire()
print("leading", flush=True)
sys.stdin.read()
"""


def test_the_lock_of_a_process_that_is_killed_is_free_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sweeper.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "leading\n"
        mine = FileLeader(path)
        assert not mine.acquire()
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_for(mine.acquire)
        mine.release()


def test_an_elector_never_lets_go_while_it_leads(tmp_path: Path) -> None:
    path = tmp_path / "sweeper.lock"
    up = threading.Event()
    elector = Elector(FileLeader(path), up.set, lambda: None, SOON)
    elector.start()
    assert up.wait(PATIENCE)
    gc.collect()
    rival = FileLeader(path)
    assert not rival.acquire()
    assert elector.is_alive()
    elector.stop()
    assert rival.acquire()
    rival.release()


def test_an_election_that_fails_is_held_again(tmp_path: Path) -> None:
    up = threading.Event()

    class Moody(FileLeader):
        tries = 0

        def acquire(self) -> bool:
            self.tries += 1
            if self.tries < 3:
                raise OSError("the disk is away")
            return super().acquire()

    elector = Elector(Moody(tmp_path / "sweeper.lock"), up.set, lambda: None, SOON)
    elector.start()
    assert up.wait(PATIENCE)
    elector.stop()


def test_the_sweep_runs_in_one_process_and_another_takes_over(
    app: Flask, desk: Any, post: Any, use_server: Any, sweepers: Any
) -> None:
    use_server(post.settings)
    desk.give("Việc của Tân Lập", date(2026, 5, 20))
    first = sweepers()
    wait_for(lambda: runs(app) == 1)
    second = sweepers()
    assert first.leading
    assert not second.leading
    first.stop()
    wait_for(lambda: runs(app) == 2)
    assert second.leading
    assert post.to == ["officer@sonthanh.example"]


def test_a_new_sweeper_sends_what_a_dead_one_had_claimed(
    app: Flask, desk: Any, post: Any, use_server: Any, sweepers: Any
) -> None:
    use_server(post.settings)
    desk.give("Việc của Tân Lập", date(2026, 5, 20))
    moment = at_vietnam(date(2026, 5, 13), 7, 45)
    collect(db.session, moment)
    assert outbox.claim(db.session, "dead process", moment, 50, "mail")
    sweepers()
    wait_for(lambda: len(post.to) == 1)


def test_a_tick_by_hand_leaves_alone_what_a_running_service_is_sending(
    app: Flask, clock: Any, desk: Any, post: Any, use_server: Any
) -> None:
    use_server(post.settings)
    desk.give("Việc của Tân Lập", date(2026, 5, 20))
    clock.day(2026, 5, 13)
    collect(db.session, clock())
    with alive.marked("the running service"):
        outbox.claim(db.session, "the running service", clock(), 50, "mail")
        assert tick_once(app).sent == 0
    assert tick_once(app).sent == 1


def test_a_clock_that_is_put_back_does_not_stop_the_sweeps(app: Flask, sweepers: Any) -> None:
    sweeper = sweepers()
    wait_for(lambda: runs(app) == 1)
    # What a clock set back by a year does to the scheduler: its next run lies a year ahead.
    sweeper._scheduler.get_job("sweep").modify(next_run_time=system_clock() + timedelta(days=365))
    wait_for(lambda: runs(app) == 2)


def test_tick_says_what_it_did(app: Flask, clock: Any, desk: Any) -> None:
    desk.give("Việc của Tân Lập", date(2026, 5, 20))
    clock.day(2026, 5, 13)
    first, second = told(tick_once(app))
    assert first.startswith("Thư mới: 1, đã gửi: 0")
    assert "Chưa đặt máy chủ thư" in second
    assert "1 thư đang chờ" in second
