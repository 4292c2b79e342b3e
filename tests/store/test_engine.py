"""How the databases are opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

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


def test_where_no_file_can_be_made_the_database_says_so(tmp_path):
    (tmp_path / "taken").touch()
    engine = create_engine(f"sqlite:///{tmp_path / 'taken' / 'tracker.db'}")
    configure(engine)
    with pytest.raises(OperationalError, match="unable to open database file"):
        engine.connect()


def test_a_file_that_is_named_by_an_address_is_the_only_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = create_engine("sqlite:///file:tracker.db?uri=true")
    configure(engine)
    engine.connect().close()
    engine.dispose()
    assert [one.name for one in tmp_path.iterdir()] == ["tracker.db"]
