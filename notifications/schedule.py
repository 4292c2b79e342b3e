"""The sweep at its pace: APScheduler with one job, in exactly one process among many.

Leadership is a lock that frees itself when its process dies: a file beside SQLite, an advisory lock on a
connection of its own on PostgreSQL. Started after a fork, never on import.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from notifications.sweep import new_token, sweep
from tracker.clock import VIETNAM, system_clock
from tracker.extensions import db
from tracker.settings import Settings

log = logging.getLogger(__name__)
ADVISORY_KEY = 0x446F6E_446F63  # "DonDoc": one sweeper for each database
ELECTION_SECONDS = 5.0
KEEPALIVE = {"connect_timeout": 5, "keepalives": 1, "keepalives_idle": 10}


class Leader(Protocol):
    """A lock that one process holds at a time."""

    def acquire(self) -> bool: ...

    def still(self) -> bool: ...

    def release(self) -> None: ...


class FileLeader:
    """For SQLite: one machine."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Any thread of the process may let it go: the elector takes it, the one that stops gives it back.
        self._lock = FileLock(path, timeout=0, thread_local=False)

    def acquire(self) -> bool:
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def still(self) -> bool:
        return bool(self._lock.is_locked)

    def release(self) -> None:
        self._lock.release(force=True)


class PostgresLeader:
    """For PostgreSQL: an advisory lock lives as long as its connection, which nothing else uses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(
            engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=KEEPALIVE
        )
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        connection = self._engine.connect()
        if connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
            self._connection = connection
            return True
        connection.close()
        return False

    def still(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("select 1"))
        except SQLAlchemyError:
            self.release()
            return False
        return True

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            # Closing alone lets go a moment later, and until then nobody else could lead.
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})
            connection.close()
        except SQLAlchemyError:
            connection.invalidate()


def leader_of(app: Flask) -> Leader:
    """The lock that fits the application's database."""
    settings: Settings = app.config["TRACKER"]
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            return PostgresLeader(db.engine)
    return FileLeader(settings.instance / "sweeper.lock")


class Elector(threading.Thread):
    """Asks for the lock until it has it, then watches over it. It never returns while it leads: the leader
    would be collected, and its lock let go in silence."""

    def __init__(
        self,
        leader: Leader,
        up: Callable[[], None],
        down: Callable[[], None],
        every: float,
        lead: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name="sweeper-elector", daemon=True)
        self._leader = leader
        self._up = up
        self._down = down
        self._lead = lead
        self._every = every
        self._quit = threading.Event()
        self.leading = False

    def run(self) -> None:
        while not self._quit.is_set():
            try:
                self._round()
            except Exception:
                log.exception("election round failed")
            self._quit.wait(self._every)
        self._step_down()

    def stop(self) -> None:
        """End the thread and let the lock go."""
        self._quit.set()
        self.join()

    def _round(self) -> None:
        if not self.leading and self._leader.acquire():
            self.leading = True
            self._up()
        elif self.leading and not self._leader.still():
            self.leading = False
            self._down()
        elif self.leading:
            self._lead()

    def _step_down(self) -> None:
        if self.leading:
            self.leading = False
            self._down()
            self._leader.release()


class Sweeper:
    """One process's part: an elector, and the scheduler while it leads."""

    def __init__(self, app: Flask, election_seconds: float = ELECTION_SECONDS) -> None:
        self._app = app
        self._token = new_token()
        self._seconds = app.config["TRACKER"].sweep_seconds
        self._scheduler: BackgroundScheduler | None = None
        self._elector = Elector(leader_of(app), self._begin, self._end, election_seconds, self._keep_pace)

    @property
    def leading(self) -> bool:
        return self._elector.leading

    def start(self) -> None:
        self._elector.start()

    def stop(self) -> None:
        """Ends after the sweep that is under way."""
        self._elector.stop()

    def _begin(self) -> None:
        """We lead: what a dead process claimed is freed by the first sweep, which runs at once."""
        scheduler = BackgroundScheduler(timezone=VIETNAM, daemon=True)
        scheduler.add_job(
            self._sweep,
            "interval",
            seconds=self._seconds,
            id="sweep",
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=system_clock(),  # its pace is real time; what day it is, the sweep asks
        )
        scheduler.start()
        self._scheduler = scheduler
        log.info("this process sweeps, every %s seconds", self._seconds)

    def _keep_pace(self) -> None:
        """A clock that was put back leaves the next sweep hours or years ahead: it is called to now. How long
        the elector itself waits, no clock on the wall decides."""
        job = self._scheduler.get_job("sweep") if self._scheduler else None
        if job is None or job.next_run_time is None:
            return
        if job.next_run_time - system_clock() > timedelta(seconds=2 * self._seconds):
            log.warning("the clock went back; sweeping goes on")
            job.modify(next_run_time=system_clock())

    def _end(self) -> None:
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)

    def _sweep(self) -> None:
        sweep(self._app, token=self._token)


def start(app: Flask, election_seconds: float = ELECTION_SECONDS) -> Sweeper:
    """Take part in the election; call once a process, after any fork; `stop` when the server ends."""
    sweeper = Sweeper(app, election_seconds)
    _running.append(sweeper)
    sweeper.start()
    return sweeper


def stop() -> None:
    """Stop what this process started, after the sweep that is under way, and let the lock go."""
    while _running:
        _running.pop().stop()


_running: list[Sweeper] = []
