"""`tracker units match` and `expand`, on both databases, as of a day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import World
from tracker.cli import main
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.models import Unit, UnitVersion


@pytest.fixture
def run(world: World, app, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unit = Unit(committee_id=world.committee, code="NN", created_at=at_vietnam(date(2026, 1, 2)))
    unit.versions.append(UnitVersion(ordinal=1, name="Phòng Nông nghiệp", valid_to=date(2025, 2, 28)))
    unit.versions.append(
        UnitVersion(ordinal=2, name="Phòng Nông nghiệp và Môi trường", valid_from=date(2025, 3, 1))
    )
    db.session.add(unit)
    db.session.commit()
    db.session.remove()
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(main, ["units", *arguments])


def answer(result: Result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_name_is_answered_as_of_a_day(run):
    now = answer(run("match", "Phòng NN&MT", "--json"))
    assert (now["sure"], now["match"]["code"], now["match"]["score"]) == (True, "NN", 100)
    assert now["match"]["name"] == "Phòng Nông nghiệp và Môi trường"
    before = answer(run("match", "Phòng Nông nghiệp", "--on", "2024-05-01", "--json"))
    assert before["match"]["name"] == "Phòng Nông nghiệp"
    later = answer(run("match", "Phòng Nông nghiệp và Môi trường", "--on", "2024-05-01", "--json"))
    assert (later["sure"], later["choices"][0]["code"]) == (False, "NN")


def test_what_matches_nothing_ends_with_status_one(run):
    assert run("match", "zzzz qqqq xxxx").exit_code == 1
    assert run("match", "Công ty cổ phần Bình An").exit_code == 1
    assert run("expand", "các cơ quan có liên quan").exit_code == 1


def test_a_group_is_expanded_with_its_exceptions(run):
    lines = run("expand", "UBND các xã, thị trấn, trừ xã Tân Lập").stdout.splitlines()
    assert len(lines) == 2
    assert not any("Tân Lập" in line for line in lines)
    assert len(answer(run("expand", "UBND các xã, thị trấn", "--json"))["units"]) == 3


def test_a_place_or_parent_restricts_whom_a_name_may_mean(run):
    assert answer(run("match", "Phòng Tư pháp", "--within", "Sơn Thanh", "--json"))["sure"]
    assert run("match", "x", "--within", "Nơi Nào").exit_code == 1
