"""The forecast of mails: what is sent later is what was foreseen, whatever is known to change by itself; nothing is
written; who may see it, and what the command prints."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from notifications.forecast import forecast
from notifications.forecast_words import as_words
from notifications.sweep import sweep
from tests.notifications.foreseen import days_of
from tracker.cli import main
from tracker.clock import at_vietnam
from tracker.deadlines.ladder import Ladder, Rhythm, Step, ladder_to
from tracker.extensions import db
from tracker.store.models import (
    Absence,
    Assignment,
    Fact,
    LadderRule,
    Letter,
    Notice,
    Person,
    Plan,
    Role,
    SweepRun,
    Wait,
)
from tracker.store.queries.foreseen import Forecast, Item, Line, Mail

FIRST = date(2026, 5, 12)


@pytest.fixture
def office(desk: Any, world: Any) -> Any:
    """Work of three communes, undated work, and everything that changes by itself: a deputy for some days, a role that
    ends and one that begins, a wait with its last day, ladders of a plan and of a task, reminders turned off, an
    address that is none."""
    ids = {
        "late": desk.give("Rà soát tổ hòa giải", date(2026, 5, 8)),
        "soon": desk.give("Tổ chức hội nghị", date(2026, 5, 20)),
        "other": desk.give("Lập danh mục", date(2026, 6, 5), unit="binh_minh", plan="13/KH-UBND"),
        "waits": desk.give("Báo cáo tủ sách", date(2026, 5, 15), state="waiting"),
        "own": desk.give("Báo cáo quý", date(2026, 6, 1), unit="binh_minh"),
        "nobody": desk.give("Khảo sát", date(2026, 5, 25), unit="phu_hoa"),
        "courtesy": desk.give("Giám sát", date(2026, 5, 14), unit="front"),
        "undated": desk.give("Tuyên truyền thường xuyên", None),
    }
    people, at = world.people, at_vietnam(FIRST, 6)
    deputy = Person(name="Lý Thị Hoa", email="hoa@sonthanh.example", created_at=at)
    next_one = Person(name="Ma Văn Sơn", email="son@sonthanh.example", created_at=at)
    broken = Person(name="Hà Thị Vui", email="vui.sonthanh.example", created_at=at)
    db.session.add_all((deputy, next_one, broken))
    db.session.flush()
    for person, unit, begin in (
        (next_one, world.binh_minh, date(2026, 6, 1)),
        (broken, world.front, None),
    ):
        db.session.add(
            Role(
                person_id=person.id,
                role="officer",
                committee_id=world.committee,
                unit_id=unit,
                valid_from=begin,
            )
        )
    leaving = db.session.scalars(select(Role).where(Role.person_id == people["other"])).one()
    leaving.valid_to = date(2026, 5, 31)
    away = {"starts_on": date(2026, 5, 18), "ends_on": date(2026, 5, 22), "set_by_id": people["manager"]}
    db.session.add(Absence(person_id=people["officer"], deputy_id=deputy.id, set_at=at, **away))
    db.session.add(Absence(person_id=people["leader"], deputy_id=people["manager"], set_at=at, **away))
    db.session.get_one(Person, people["head"]).reminders_off_at = at
    waits = db.session.get_one(Assignment, ids["waits"])
    waits.waits_for, waits.waits_since = "Phòng Văn hóa", date(2026, 5, 10)
    db.session.add(
        Wait(
            assignment_id=ids["waits"],
            unit_id=world.culture,
            reason="chờ số liệu",
            asked_by_id=people["officer"],
            asked_at=at,
            since=date(2026, 5, 10),
            until=date(2026, 5, 24),
        )
    )
    own = Ladder((Step(-5, "working", ("officer", "head")), Step(2, "working", ("leader",), True)))
    often = Ladder((Step(0, "calendar", ("officer",)),), Rhythm((1, 2), 3, ("officer", "coordinator")))
    task = db.session.get_one(Assignment, ids["own"]).task_id
    plan = db.session.get_one(Assignment, ids["other"]).plan_id
    for scope, ladder in ((f"task:{task}", own), (f"plan:{plan}", often)):
        db.session.add(
            LadderRule(committee_id=world.committee, scope=scope, ladder=ladder_to(ladder), changed_at=at)
        )
    db.session.commit()
    return desk


def test_what_changes_by_itself_is_foreseen(sqlite_app, clock, post, set_server, office):
    set_server(sqlite_app, post.settings)
    run = days_of(sqlite_app, clock, FIRST, 42)
    assert run.faults == []
    assert run.differences == [], "\n".join(run.differences)
    steps = set(db.session.scalars(select(Notice.step)))
    assert {"-5", "-7", "0", "+1", "+2", "+8"} <= steps, steps
    to = {mail["To"].split("<")[-1].strip(">") for mail in post.mails}
    assert {"hoa@sonthanh.example", "son@sonthanh.example", "manager@sonthanh.example"} <= to
    assert "vui.sonthanh.example" not in to


def counts() -> dict[str, int]:
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_nothing_is_written_and_the_page_tells_the_same_mails_without_their_words(sqlite_app, office):
    before = counts()
    settings, at = sqlite_app.config["TRACKER"], at_vietnam(FIRST, 7, 30)
    worded = forecast(db.session, at, settings, until=date(2026, 7, 1))
    bare = forecast(db.session, at, settings, until=date(2026, 7, 1), subjects=False)
    assert (list(db.session.new), list(db.session.dirty)) == ([], [])
    assert counts() == before

    def told(found: Any) -> list[Any]:
        return [(m.day, m.kind, m.person_id, m.weekly, {i.key for i in m.items}) for m in found.mails]

    assert told(worded) == told(bare)
    assert all(mail.subject for mail in worded.mails)


def test_of_a_plan_there_is_only_what_is_of_the_plan(app, office):
    settings, at = app.config["TRACKER"], at_vietnam(FIRST, 7, 30)
    plans = list(db.session.scalars(select(Plan.id)))
    whole = forecast(db.session, at, settings, until=date(2026, 7, 1), subjects=False)
    lines = {(m.day, m.person_id, i.key) for m in whole.mails for i in m.items}
    found = set()
    for plan in plans:
        for subjects in (True, False):
            part = forecast(db.session, at, settings, until=date(2026, 7, 1), plan_id=plan, subjects=subjects)
            assert {i.work.plan_id for m in part.mails for i in m.items} == {plan}
            found |= {(m.day, m.person_id, i.key) for m in part.mails for i in m.items}
    assert found == lines


def test_after_the_sweep_of_the_day_nothing_more_is_foreseen_for_it(
    sqlite_app, clock, post, set_server, office
):
    set_server(sqlite_app, post.settings)
    settings = sqlite_app.config["TRACKER"]
    clock.now = at_vietnam(FIRST, 8)
    today = forecast(db.session, clock.now, settings, until=FIRST)
    db.session.rollback()
    assert len([mail for mail in today.mails if not mail.fault]) == sweep(sqlite_app).sent > 0
    db.session.rollback()
    assert forecast(db.session, clock.now, settings, until=FIRST).mails == ()
    later = forecast(db.session, at_vietnam(FIRST, 20), settings, until=FIRST + timedelta(days=3))
    assert later.mails
    assert FIRST not in {mail.day for mail in later.mails}


def test_in_the_evening_the_day_is_over(sqlite_app, office):
    settings = sqlite_app.config["TRACKER"]
    found = forecast(db.session, at_vietnam(FIRST, 19), settings, until=FIRST + timedelta(days=1))
    assert {mail.day for mail in found.mails} == {FIRST + timedelta(days=1)}
    early = forecast(db.session, at_vietnam(FIRST, 5), settings, until=FIRST)
    assert {mail.day for mail in early.mails} == {FIRST}


# The command


@pytest.fixture
def command(sqlite_app, sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKER_DATABASE", sqlite_url)
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TRACKER_SECRET_KEY", "khoa-chi-de-thu-nghiem-khong-dung-that")
    monkeypatch.setenv("TRACKER_NOW", "2026-05-12T07:30:00+07:00")
    return lambda *arguments: CliRunner().invoke(main, ["forecast", *arguments])


def test_the_command_prints_the_mails_of_a_plan_as_json(command, office, world):
    plan = db.session.scalar(select(Assignment.plan_id).where(Assignment.holder_id == world.binh_minh))
    before = counts()
    done = command("--plan", str(plan), "--until", "2026-06-30", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["plan"] == plan
    assert told["since"] == "2026-05-12"
    assert told["until"] == "2026-06-30"
    first = next(mail for mail in told["mails"] if mail["items"])
    assert first["person"]["email"].endswith("@sonthanh.example")
    assert first["subject"]
    assert {"assignment", "step", "why", "due_on", "title", "unit"} <= first["items"][0].keys()
    assert counts() == before


def test_the_dry_run_tells_today_in_words(command, office):
    done = command("--today")
    assert done.exit_code == 0, done.output
    assert "Thứ Ba 12/5/2026" in done.stdout
    assert "Nguyễn Thu Hằng <officer@sonthanh.example>" in done.stdout
    assert "quá hạn 1 ngày làm việc: Rà soát tổ hòa giải (UBND xã Tân Lập, 8/5/2026)" in done.stdout
    assert "Tính theo tình hình lúc này." in done.stdout
    assert db.session.scalar(select(func.count()).select_from(SweepRun)) == 0
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
    assert db.session.scalar(select(func.count()).select_from(Fact)) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--until"),
        (("--today", "--until", "2026-06-30"), "--until"),
        (("--until", "2026-05-11"), "đã qua"),
        (("--until", "30/6/2026"), "does not match"),
        (("--until", "2026-06-30", "--plan", "99"), "Không có kế hoạch 99"),
    ],
)
def test_the_command_refuses_in_words(command, office, arguments, words):
    done = command(*arguments)
    assert done.exit_code != 0
    assert words in done.output


def test_steps_of_one_day_are_one_line(sqlite_app: Any) -> None:
    due = date(2026, 6, 22)  # a Monday: three days before and one day before are told on the Friday
    work = Line(1, 1, "41/KH-UBND", "Lập danh mục văn bản", "UBND xã Tân Lập", "once", due)
    steps = tuple(Item(step, due, work) for step in ("-1", "-3"))
    mail = Mail(date(2026, 6, 19), "digest", False, 1, 1, "Trần Quốc Bảo", "bao@sonthanh.example", "", steps)
    assert [one.step for one in mail.works] == ["-1"]
    found = Forecast(date(2026, 6, 19), date(2026, 6, 19), (mail,), 0, None, ())
    assert "\n".join(as_words(found)).count("Lập danh mục văn bản") == 1
