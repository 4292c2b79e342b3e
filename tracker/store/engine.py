"""How both databases are opened, and the one way in which a deed writes: `transaction`.

SQLite runs in WAL with foreign keys on. Reading transactions are deferred, so that pages do not wait for one
another; a writing one takes the lock at once, because a lock that is taken half-way is refused, not awaited.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, Executable, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

AnySession = Session | scoped_session[Any]
BUSY_MILLISECONDS = 15_000


def configure(engine: Engine) -> None:
    """Listen on a SQLite engine; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "do_connect", _before_connect)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _before_connect(_dialect: Any, _record: Any, given: Any, _named: Any) -> None:
    """A new database file is its owner's alone, and so is what SQLite puts beside it. One that is there keeps the
    rights that it was given."""
    path = given[0]
    if path != ":memory:" and not path.startswith("file:"):
        with suppress(OSError):  # it is there; or it cannot be made, and SQLite says so itself
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for what follows
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("tracker_waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("tracker_writes", False) else "BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


@contextmanager
def snapshot(session: AnySession) -> Iterator[None]:
    """All that is read inside is of one moment; nothing is written."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":  # SQLite's transactions are like that by themselves
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        session.rollback()


def write_unless_busy(session: AnySession, statement: Executable) -> bool:
    """Carry a small statement out that may as well be done later; False where SQLite's one writer is at work. So a
    page that notes something by the way never waits."""
    session.rollback()
    try:
        session.connection(execution_options={"tracker_writes": True, "tracker_waits": False})
        session.execute(statement)
        session.commit()
    except OperationalError:
        session.rollback()
        return False
    return True


@contextmanager
def transaction(session: AnySession) -> Iterator[None]:
    """One deed: what was read before is let go, then all is committed or nothing is."""
    session.rollback()
    session.connection(execution_options={"tracker_writes": True})
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
