"""Which deliveries are under way: each holds a mark under its token, and the mark frees itself when the process dies.

So a sweep gives back at once what a dead process had claimed, and leaves alone what a living one is about to
send. Beside SQLite the mark is a locked file, on PostgreSQL an advisory lock on a connection of its own.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tracker.extensions import db
from tracker.settings import Settings
from tracker.store.engine import AnySession

ROOM = 0x446F6E  # "Don": the first of the two numbers of our advisory locks; the second is the token's
KEEPALIVE = {"connect_timeout": 5, "keepalives": 1, "keepalives_idle": 10}
HELD = """
select objid::bigint from pg_locks
where locktype = 'advisory' and granted and classid = :room and objsubid = 2
and database = (select oid from pg_database where datname = current_database())
"""


@contextmanager
def marked(token: str) -> Iterator[None]:
    """Hold the mark of this token. Claims are made only inside."""
    with _held_in_postgres(token) if _on_postgres() else _held_in_file(token):
        yield


def dead(session: AnySession, tokens: Collection[str]) -> set[str]:
    """Those of the tokens that no living process holds."""
    if not tokens:
        return set()
    if _on_postgres():
        held = set(session.scalars(text(HELD), {"room": ROOM}))
        return {token for token in tokens if zlib.crc32(token.encode()) not in held}
    return {token for token in tokens if _left(_path(token))}


def _on_postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


@contextmanager
def _held_in_postgres(token: str) -> Iterator[None]:
    engine = create_engine(
        db.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=KEEPALIVE
    )
    number = zlib.crc32(token.encode())
    mark = {"room": ROOM, "number": number - 2**32 if number >= 2**31 else number}
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:room, :number)"), mark)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a connection that broke has let go already
                # Closing alone lets go a moment later, and until then a next sweep would take this one for living.
                connection.execute(text("select pg_advisory_unlock(:room, :number)"), mark)


@contextmanager
def _held_in_file(token: str) -> Iterator[None]:
    path = _path(token)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield
    path.unlink(missing_ok=True)


def _left(path: Path) -> bool:
    """Nobody holds the file; what a dead process left of it is cleared away."""
    if not path.exists():
        return True
    try:
        with FileLock(path, timeout=0):
            pass
    except Timeout:
        return False
    path.unlink(missing_ok=True)
    return True


def _path(token: str) -> Path:
    settings: Settings = current_app.config["TRACKER"]
    return settings.instance / "sweepers" / f"{hashlib.sha256(token.encode()).hexdigest()[:32]}.lock"
