# ruff: noqa: S608 (tables and counters have the names that we gave)
"""Databases for tests: migrated once, the small district put in once, and copied or cleaned for each test.

A SQLite file is copied. A PostgreSQL database is handed on from test to test: taking away what a test wrote costs a
tenth of making another one. Whatever a test might have left otherwise (another schema, a server that still writes,
much bloat), its database is thrown away.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

TEMPLATE = "template_tracker"
LARGEST = 32 * 8192
"""Bytes of the largest table of a database that is handed on: nothing vacuums it."""
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
"""Nobody pulls the plug of a test's server, and its databases do not grow old."""

OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""
PATIENCE = 5.0
SHAPE = """
select (select max(oid)::bigint + count(*) from pg_class where oid >= 16384),
       (select count(*) from pg_attribute where attrelid >= 16384),
       (select max(oid)::bigint + count(*) from pg_constraint where oid >= 16384),
       (select max(version_num) from alembic_version)
"""
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' order by 1"
COUNTERS = "select sequencename, last_value from pg_sequences where last_value is not null"


def hurry(engine: Engine) -> None:
    """SQLite need not wait for the disk. Listens after the product did."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


class Kept:
    """A PostgreSQL database that tests use one after another, and the connection that cleans it."""

    def __init__(self, uri: str, name: str) -> None:
        self.name = name
        plain = make_url(uri).set(drivername="postgresql", database=name).render_as_string(False)
        self._link = psycopg.connect(plain, autocommit=True)
        self._tables = [table for (table,) in self._link.execute(TABLES)]
        self._shape = self._rows(SHAPE)
        self._largest = f"select max(pg_relation_size(t)) from unnest(array{self._tables}::regclass[]) t"
        self._filled = " union all ".join(
            f"select '{table}' where exists (select from \"{table}\")" for table in self._tables
        )

    def _rows(self, query: str) -> list[Any]:
        return self._link.execute(query).fetchall()

    def clean(self) -> bool:
        """As it was made; False where it had better be thrown away."""
        try:
            if (
                not self._alone()
                or self._rows(SHAPE) != self._shape
                or self._rows(self._largest)[0][0] > LARGEST
            ):
                return False
            deletes = [f'delete from "{table}"' for (table,) in self._rows(self._filled)]
            counters = [f"select setval('{name}', 1, false)" for name, _ in self._rows(COUNTERS)]
            self._run(deletes + counters)
        except psycopg.Error:
            return False
        return True

    def _alone(self) -> bool:
        """Connections that were closed take a moment to go."""
        until = time.monotonic() + PATIENCE
        while self._rows(OTHERS):
            if time.monotonic() > until:
                return False
            time.sleep(0.002)
        return True

    def content(self) -> str:
        """What is in it, as statements that put it into an empty one."""
        made = []
        for (table,) in self._rows(self._filled):
            rows = [row for (row,) in self._rows(f'select to_jsonb(t) from "{table}" t')]
            literal = json.dumps(rows, ensure_ascii=False).replace("'", "''")
            made.append(
                f'insert into "{table}" select * from jsonb_populate_recordset(null::"{table}", \'{literal}\')'
            )
        made += [f"select setval('{name}', {value})" for name, value in self._rows(COUNTERS)]
        return ";\n".join(made)

    def fill(self, content: str) -> None:
        if content:
            self._run([content])

    def _run(self, statements: list[str]) -> None:
        """Without asking the keys of one table about the rows of another, and in one go."""
        self._link.execute(
            "; ".join(["begin", "set local session_replication_role = replica", *statements, "commit"])
        )

    def close(self) -> None:
        self._link.close()


class Stock:
    """The databases of one PostgreSQL server that wait for a test."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._link = psycopg.connect(uri, autocommit=True)
        self._free: list[Kept] = []
        for setting in HASTE:
            self._run(f"alter system set {setting}")
        self._run("select pg_reload_conf()")
        self._run(f"create database {TEMPLATE}")

    def address(self, name: str) -> str:
        """For the product."""
        url = make_url(self._uri).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def take(self) -> Kept:
        return self._free.pop() if self._free else self._make()

    def give_back(self, kept: Kept, *, again: bool = True) -> None:
        if again and kept.clean():
            self._free.append(kept)
        else:
            kept.close()
            self._run(f'drop database "{kept.name}" with (force)')

    def _make(self) -> Kept:
        name = f"t{uuid.uuid4().hex[:12]}"
        self._run(f'create database "{name}" template {TEMPLATE}')
        return Kept(self._uri, name)

    def _run(self, statement: str) -> None:
        self._link.execute(statement)

    def close(self) -> None:
        for kept in self._free:
            kept.close()
        self._link.close()
