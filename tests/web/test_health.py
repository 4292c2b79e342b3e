"""How the sweep is doing: /healthz for machines, a line in the header for those who can have it put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.test_dashboard_page import text
from tracker.extensions import db
from tracker.store.models import Letter, Role, SweepRun
from tracker.store.queries.sweeps import error_code, judged

PACE = 60


def run(at: Any, error: str = "") -> None:
    db.session.add(SweepRun(started_at=at - timedelta(seconds=2), ended_at=at, error=error))
    db.session.commit()


def letter(world: Any, at: Any, state: str) -> None:
    given = {"key": f"k:{state}", "kind": "digest", "committee_id": world.committee, "state": state}
    person = {"person_id": world.people["officer"], "address": "officer@sonthanh.example", "day": at.date()}
    db.session.add(Letter(next_try_at=at, created_at=at, **given, **person))
    db.session.commit()


@pytest.mark.parametrize(
    ("age", "state", "overdue"),
    [
        pytest.param(0, "ok", False, id="just now"),
        pytest.param(3 * PACE, "ok", False, id="three times its pace"),
        pytest.param(3 * PACE + 1, "late", True, id="a second more"),
        pytest.param(-20, "ok", False, id="a clock a little ahead"),
        pytest.param(-3600, "late", True, id="a clock that was put back"),
    ],
)
def test_a_sweep_is_late_after_three_times_its_pace(clock, age, state, overdue):
    found = judged(clock.now - timedelta(seconds=age), "", clock.now, PACE, clock.now)
    assert (found.state, found.overdue, found.age) == (state, overdue, abs(age))


def test_one_that_never_ran_has_the_time_to_run_first(clock):
    begun = judged(None, "", clock.now, PACE, clock.now - timedelta(seconds=100))
    assert (begun.state, begun.overdue, begun.well) == ("never", False, True)
    assert judged(None, "", clock.now, PACE, clock.now - timedelta(seconds=181)).overdue


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", ""),
        ("OperationalError('(psycopg) FATAL: password of hang@sonthanh.example')", "OperationalError"),
        ("committee 3: KeyError('x')\nValueError('y')", "KeyError"),
        ("hỏng rồi", "error"),
    ],
)
def test_the_code_of_an_error_is_its_kind_and_no_words(words, code):
    assert error_code(words) == code


def test_healthz_says_how_the_sweep_is_doing_and_names_nobody(app, world, clock, client):
    started = client.get("/healthz")
    assert (started.status_code, started.json["status"], started.json["sweep"]) == (200, "ok", "never")
    run(clock.now, "OperationalError('hang@sonthanh.example')")
    for state in ("waiting", "failed", "dead", "sent"):
        letter(world, clock.now, state)
    ended = clock.now
    clock.now += timedelta(seconds=90)
    assert client.get("/healthz").json == {
        "status": "ok",
        "sweep": "ok",
        "sweep_ended_at": ended.isoformat(),
        "sweep_age_seconds": 90,
        "sweep_pace_seconds": PACE,
        "sweep_well": False,
        "sweep_error": "OperationalError",
        "unsent": 2,
        "dead": 1,
    }


def test_healthz_is_503_while_the_sweep_is_late_and_well_again_after_one(app, world, clock, client):
    run(clock.now)
    clock.now += timedelta(minutes=10)
    late = client.get("/healthz")
    assert (late.status_code, late.json["status"], late.json["sweep"]) == (503, "late", "late")
    run(clock.now)
    well = client.get("/healthz")
    assert (well.status_code, well.json["sweep_well"], well.json["sweep_error"]) == (200, True, "")


def test_the_manager_reads_it_in_the_header_and_nobody_else(sqlite_app, world, clock, signed_in):
    run(clock.now)
    manager, officer = signed_in("manager"), signed_in("officer")
    words = text(manager.get("/don-vi"))
    assert "quét 8 giờ 00" in words
    assert "Lần quét gần nhất" not in words
    assert "quét 8 giờ" not in text(officer.get("/don-vi"))
    clock.now += timedelta(minutes=10)
    words = text(manager.get("/don-vi"))
    assert "Lần quét gần nhất: 12/5/2026, 8 giờ 00, đã quá lâu" in words
    assert "Lần quét gần nhất" not in text(officer.get("/don-vi"))
    run(clock.now, "OperationalError('hang@sonthanh.example')")
    words = text(manager.get("/don-vi"))
    assert "chưa trọn (OperationalError)" in words
    assert "hang@" not in words


def test_who_runs_the_installation_reads_it_too(sqlite_app, world, clock, signed_in):
    db.session.add(Role(person_id=world.people["officer"], role="admin"))
    db.session.commit()
    run(clock.now)
    admin = signed_in("officer")
    clock.now += timedelta(minutes=10)
    assert "Lần quét gần nhất" in text(admin.get("/viec"))


def test_one_that_never_ran_is_said_once_it_had_the_time(sqlite_app, world, clock, signed_in):
    manager = signed_in("manager")
    assert "Chưa có lần quét nào" not in text(manager.get("/don-vi"))
    clock.now += timedelta(minutes=10)
    assert "Chưa có lần quét nào" in text(manager.get("/don-vi"))
