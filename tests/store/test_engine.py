"""How the databases are opened."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import create_engine, text

from tracker.store.engine import configure


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def opened(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    configure(engine)
    with engine.begin() as connection:
        connection.execute(text("create table task (id integer)"))
        beside = sorted(path.parent.glob(f"{path.name}-*"))
        assert beside
        assert {rights(one) for one in beside} == {rights(path)}
    engine.dispose()


def test_a_new_database_file_is_read_by_its_owner_alone(tmp_path):
    before = os.umask(0o022)
    try:
        opened(tmp_path / "tracker.db")
    finally:
        os.umask(before)
    assert rights(tmp_path / "tracker.db") == "0o600"


def test_a_database_file_that_is_there_keeps_its_rights(tmp_path):
    path = tmp_path / "tracker.db"
    path.touch()
    path.chmod(0o640)
    opened(path)
    assert rights(path) == "0o640"
