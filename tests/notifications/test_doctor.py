"""`tracker doctor` before real broken situations: each is found, named, and has a way out."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from notifications import doctor
from notifications.delivery import mail as channel
from notifications.doctor import data, mail, place
from notifications.doctor.findings import OK, WARN, WRONG, Finding, House
from notifications.sweep import sweep
from tests.notifications.test_bounces import Mailbox, imap_port
from tracker.extensions import db
from tracker.services import webhooks
from tracker.services.calendar import check_year
from tracker.settings import Bounces, Smtp
from tracker.store.models import Absence, Letter, Person, Role, SweepRun

__all__ = ["imap_port"]


@pytest.fixture
def house(app, world, clock) -> Callable[..., House]:
    """The installation with these settings, now."""

    def made(**settings: Any) -> House:
        app.config["TRACKER"] = dataclasses.replace(app.config["TRACKER"], **settings)
        smtp = app.config["TRACKER"].smtp
        app.config.update(MAIL_SERVER=smtp.host, MAIL_PORT=smtp.port, MAIL_USERNAME=smtp.user or None)
        app.config.update(MAIL_PASSWORD=smtp.password or None, MAIL_USE_TLS=smtp.tls == "starttls")
        app.config.update(MAIL_USE_SSL=smtp.tls == "ssl")
        channel.init(app)
        db.session.rollback()
        return House(app, clock.now)

    return made


def of(findings: Any, mark: str) -> list[Finding]:
    db.session.rollback()
    return [one for one in findings if one.mark == mark]


def only(findings: Any) -> Finding:
    (one,) = list(findings)
    return one


# Mail


def test_a_server_that_takes_us_is_well_and_nothing_is_sent(house, post):
    found = list(mail.smtp(house(smtp=post.settings)))
    assert [one.mark for one in found] == [OK]
    assert post.raw == []


def test_one_test_mail_is_sent_when_asked_for(house, post):
    found = list(mail.smtp(house(smtp=post.settings), "quantri@sonthanh.example"))
    assert [one.mark for one in found] == [OK, OK]
    assert post.to == ["quantri@sonthanh.example"]


def test_without_a_server_a_trial_is_warned_and_a_service_is_wrong(house):
    assert only(mail.smtp(house())).mark == WARN
    assert only(mail.smtp(house(production=True))).mark == WRONG


def test_servers_that_are_away_silent_or_unknown_are_told_apart(house, closed_port, silent_port):
    def words(**changes: Any) -> str:
        given = Smtp(host="127.0.0.1", port=closed_port, sender="dondoc@sonthanh.example", timeout=0.5)
        finding = only(mail.smtp(house(smtp=dataclasses.replace(given, **changes))))
        assert finding.mark == WRONG
        assert "TRACKER_SMTP_HOST" in finding.way_out
        return finding.words

    assert "từ chối kết nối" in words()
    assert "quá thời gian" in words(port=silent_port)
    assert "không tìm thấy tên" in words(host="khong-co.invalid")
    assert words(tls="ssl")


def test_a_server_without_the_encryption_that_is_asked_for_is_told(house, post):
    finding = only(mail.smtp(house(smtp=dataclasses.replace(post.settings, tls="starttls"))))
    assert finding.mark == WRONG
    assert "không có cách mã hóa" in finding.words
    assert not finding.words.endswith("..")
    assert "TRACKER_SMTP_TLS" in finding.way_out


class Talk:
    """An SMTP server that says these lines, one for each command."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers

    def __enter__(self) -> int:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._talk)
        self.thread.start()
        return int(self.listener.getsockname()[1])

    def _talk(self) -> None:
        line, _ = self.listener.accept()
        with line, line.makefile("rb") as heard:
            line.sendall(b"220 mail.sonthanh.example ESMTP\r\n")
            for answer in self.answers:
                if not heard.readline():
                    return
                line.sendall(answer + b"\r\n")
            heard.readline()

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.thread.join()


@pytest.mark.parametrize(
    ("answers", "says", "way_out"),
    [
        (
            (b"250-x\r\n250 AUTH PLAIN", b"535 5.7.8 sai mat khau"),
            "không cho đăng nhập",
            "TRACKER_SMTP_PASSWORD",
        ),
        (
            (b"250-x\r\n250 AUTH PLAIN", b"235 ok", b"553 5.7.1 not yours"),
            "không nhận người gửi",
            "TRACKER_MAIL_FROM",
        ),
        ((b"250 x",), "", "TRACKER_SMTP_TLS"),
        ((b"421 too busy", b"421 too busy"), "421", "TRACKER_SMTP_HOST"),
    ],
)
def test_a_refusal_says_which_setting(house, answers, says, way_out):
    with Talk(*answers) as port:
        given = Smtp("127.0.0.1", port, "dondoc", "mat-khau", sender="dondoc@sonthanh.example", timeout=3)
        finding = only(mail.smtp(house(smtp=given)))
    assert finding.mark == WRONG
    assert says in finding.words
    assert way_out in finding.way_out
    assert "mat-khau" not in finding.words


@pytest.mark.parametrize(
    ("address", "mark"),
    [
        ("dondoc@sonthanh.example", WRONG),
        ("dondoc@localhost", WRONG),
        ("dondoc", WRONG),
        ("dondoc@may.khong-co.invalid", WRONG),
        ("dondoc@xn--a-.khongthe", WARN),
    ],
)
def test_a_sender_that_cannot_be_answered_is_found(house, address, mark):
    here = house(production=True, smtp=Smtp(host="127.0.0.1", sender=address))
    finding = only(mail.sender(here))
    assert finding.mark == mark
    assert "TRACKER_MAIL_FROM" in finding.way_out


def test_the_mailbox_of_returned_mail(house, imap_port, closed_port):
    box = Mailbox(imap_port).settings
    assert only(mail.returned(house())).mark == WARN
    assert only(mail.returned(house(bounces=Bounces(address=box.address)))).mark == OK
    assert only(mail.returned(house(bounces=box))).mark == OK
    for changes in ({"password": "sai"}, {"port": closed_port}, {"folder": "Không có"}):
        finding = only(mail.returned(house(bounces=dataclasses.replace(box, **changes))))
        assert finding.mark == WRONG
        assert "TRACKER_BOUNCE_IMAP" in finding.way_out


# The place


@pytest.mark.parametrize(
    ("url", "production", "mark"),
    [
        ("https://dondoc.sonthanh.example", True, OK),
        ("http://dondoc.sonthanh.example", True, WRONG),
        ("http://localhost:8000", True, WRONG),
        ("https://127.0.0.1", True, WRONG),
        ("http://[::1]:8000", True, WRONG),
        ("http://0.0.0.0:8000", True, WRONG),
        ("http://127.0.0.1:8000", False, WARN),
    ],
)
def test_the_address_in_letters(house, url, production, mark):
    assert only(place.base_url(house(base_url=url, production=production))).mark == mark


def test_a_key_that_others_read_is_wrong(house, tmp_path):
    (tmp_path / "secret_key").write_text("x" * 40)
    (tmp_path / "secret_key").chmod(0o644)
    (finding,) = of(place.secret_key(house()), WRONG)
    assert "chmod 600" in finding.way_out
    (tmp_path / "secret_key").chmod(0o600)
    assert of(place.secret_key(house()), WRONG) == []


def test_a_full_disk_is_told(house, monkeypatch):
    usage = shutil.disk_usage("/")
    for free, mark in ((50 * 1024**2, WRONG), (700 * 1024**2, WARN), (5 * 1024**3, OK)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        assert only(place.disk(house())).mark == mark


def test_programs_that_are_lacking_are_named_with_how_to_install_them(house, monkeypatch):
    monkeypatch.setenv("PATH", "/khong/co")
    found = list(place.programs(house()))
    assert [one.mark for one in found] == [WARN, WARN]
    assert all("apt-get install" in one.way_out for one in found)


def test_tables_of_another_version_are_told(house):
    assert only(place.database(house())).mark == OK
    for version, way_out in (
        ("20261121_work_calendar", "tracker db upgrade"),
        ("20991231_future", "phiên bản mới"),
    ):
        with db.engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :v"), {"v": _revision(version)})
        finding = only(place.database(house()))
        assert finding.mark == WRONG
        assert way_out in finding.way_out


def _revision(name: str) -> str:
    """The revision in that file of migrations; a name that is none as it is."""
    path = Path(__file__).parents[2] / "migrations" / "versions" / f"{name}.py"
    if not path.exists():
        return name[:32]
    line = next(one for one in path.read_text().splitlines() if one.startswith("revision"))
    return line.split('"')[1]


def test_a_last_sweep_in_the_future_says_that_the_clock_was_set(house, clock):
    assert of(place.clock(house()), WRONG) == []
    db.session.add(SweepRun(started_at=clock.now + timedelta(days=2), ended_at=clock.now + timedelta(days=2)))
    db.session.commit()
    (finding,) = of(place.clock(house()), WRONG)
    assert "giờ đã bị chỉnh" in finding.words


def test_a_database_whose_clock_is_apart_is_told(house, monkeypatch):
    monkeypatch.setattr(place, "_database_clock", lambda: datetime.now(UTC) - timedelta(minutes=7))
    (finding,) = of(place.clock(house()), WRONG)
    assert "lệch nhau 420 giây" in finding.words


def test_a_trial_clock_is_named(house, clock):
    assert of(place.clock(house(now=clock.now)), WARN)
    assert of(place.clock(house(now=clock.now, production=True)), WRONG)


# The data


@pytest.mark.parametrize(
    ("day", "marks"),
    [((2026, 5, 12), [OK]), ((2026, 9, 30), [OK]), ((2026, 10, 1), [OK, WARN]), ((2027, 1, 4), [WRONG])],
)
def test_days_off_that_are_not_announced_are_told_from_october_on(house, clock, day, marks):
    clock.day(*day)
    found = list(data.calendar(house()))
    assert [one.mark for one in found] == marks
    if WARN in marks:
        assert "1/1/2027" in found[-1].words


def test_a_year_that_was_compared_is_well(house, world, clock):
    clock.day(2026, 10, 1)
    check_year(world.actor("manager"), world.committee, 2027, "Thông báo 1/TB", at=clock.now)
    assert [one.mark for one in data.calendar(house())] == [OK, OK]


def test_addresses_that_are_wrong_or_red_are_named(house, world, clock):
    people = {who: db.session.get(Person, world.people[who]) for who in ("officer", "other")}
    people["officer"].email = "hang @sonthanh.example"
    people["other"].bounced_at = clock.now
    db.session.commit()
    found = list(data.contacts(house()))
    assert "Nguyễn Thu Hằng" in of(found, WRONG)[0].words
    assert "Lê Thị Mai" in of(found, WARN)[0].words


def test_a_unit_with_open_work_that_nobody_hears_for_is_named(house, world, desk, clock):
    desk.give("Báo cáo", clock.now.date(), unit="phu_hoa")
    desk.give("Báo cáo", clock.now.date(), unit="tan_lap")
    (finding,) = of(data.contacts(house()), WRONG)
    assert "UBND xã Phú Hòa" in finding.words
    assert "Tân Lập" not in finding.words


def test_a_unit_is_heard_for_by_its_deputy(house, world, desk, clock):
    deputy = Person(name="Người làm thay", email="thay@sonthanh.example", created_at=clock.now)
    away = Person(
        name="Người vắng", email="vang@sonthanh.example", created_at=clock.now, bounced_at=clock.now
    )
    away.roles.append(Role(role="officer", committee_id=world.committee, unit_id=world.phu_hoa))
    db.session.add_all([deputy, away])
    db.session.flush()
    today = clock.now.date()
    db.session.add(
        Absence(person_id=away.id, deputy_id=deputy.id, starts_on=today, ends_on=today, set_at=clock.now)
    )
    db.session.commit()
    desk.give("Báo cáo", today, unit="phu_hoa")
    assert of(data.contacts(house()), WRONG) == []


def test_a_unit_all_of_whose_people_are_red_is_named(house, world, desk, clock):
    for who in ("officer", "head"):
        db.session.get(Person, world.people[who]).bounced_at = clock.now
    db.session.commit()
    desk.give("Báo cáo", clock.now.date())
    assert "UBND xã Tân Lập" in of(data.contacts(house()), WRONG)[0].words


def test_a_sweep_that_never_ran_is_late_or_failed(house, app, clock):
    assert only(data.sweep(house(production=True))).mark == WRONG
    sweep(app)
    assert [one.mark for one in data.sweep(house(production=False))] == [OK]
    clock.now += timedelta(hours=3)
    assert "3 giờ" in only(data.sweep(house())).words
    db.session.add(SweepRun(started_at=clock.now, ended_at=clock.now, error="Không nối được", alarm="503 x"))
    db.session.commit()
    found = list(data.sweep(house(alarm_url="http://127.0.0.1:1/")))
    assert [one.mark for one in found] == [WRONG, WARN]


def test_letters_that_are_stuck_are_counted(house, world, clock):
    assert only(data.outbox(house())).mark == OK
    for n, (state, age) in enumerate(
        (("dead", 0), ("waiting", 2), ("failed", 3), ("waiting", 0), ("sent", 9))
    ):
        at = clock.now - timedelta(days=age)
        given = {
            "kind": "digest",
            "committee_id": world.committee,
            "address": "a@b.example",
            "day": at.date(),
        }
        db.session.add(Letter(key=f"k{n}", state=state, next_try_at=at, created_at=at, **given))
    db.session.commit()
    found = list(data.outbox(house()))
    assert [(one.mark, one.words[:1]) for one in found] == [(WARN, "1"), (WRONG, "2")]


def test_a_webhook_to_a_host_that_is_no_longer_allowed_is_wrong(house, world, clock):
    hosts = ("tin.sonthanh.example",)
    url = "https://tin.sonthanh.example/"
    given = {"hosts": hosts, "secret": "x" * 40, "at": clock.now}
    webhooks.set_address(world.actor("manager"), world.committee, url, **given)
    assert [one.mark for one in data.webhooks(house(webhook_hosts=hosts))] == [OK]
    finding = only(data.webhooks(house(webhook_hosts=())))
    assert finding.mark == WRONG
    assert "TRACKER_WEBHOOK_HOSTS" in finding.way_out


# All of it


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(house, monkeypatch):
    def broken(_: House) -> list[Finding]:
        raise RuntimeError("hỏng")

    checks = [
        (code, name, broken if code == "disk" else check, asks) for code, name, check, asks in doctor.CHECKS
    ]
    monkeypatch.setattr(doctor, "CHECKS", checks)
    found = {one.code: one.findings for one in doctor.examine(house())}
    assert "hỏng" in found["disk"][0].words
    assert len(found) == len(checks)


def test_what_was_said_of_a_wrong_thing_has_a_way_out(house, post, clock, world, desk):
    desk.give("Báo cáo", clock.now.date(), unit="phu_hoa")
    here = house(smtp=dataclasses.replace(post.settings, tls="ssl", timeout=1), production=True)
    found = doctor.examine(here)
    assert all(one.way_out for each in found for one in each.findings if one.mark != OK)
    assert doctor.worst(found) == WRONG


@pytest.fixture
def environment(sqlite_app, sqlite_url, tmp_path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TRACKER_INSTANCE": str(tmp_path),
        "TRACKER_DATABASE_URL": sqlite_url,
        "TRACKER_SECRET_KEY": sqlite_app.config["TRACKER"].secret_key,
    }


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tracker.cli", "doctor", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_the_command_ends_with_status_one_where_something_is_wrong(sqlite_app, world, environment, post):
    mail = {
        "TRACKER_SMTP_HOST": post.host,
        "TRACKER_SMTP_PORT": str(post.port),
        "TRACKER_MAIL_FROM": "dondoc@sonthanh.example",
    }
    good = run(environment | mail, "--json")
    told = json.loads(good.stdout)
    assert good.returncode == 0, good.stdout
    assert told["worst"] == WARN
    assert {one["check"] for one in told["findings"]} == {code for code, *_ in doctor.CHECKS}
    bad = run(environment | mail | {"TRACKER_ENV": "production"})
    assert bad.returncode == 1
    assert "✗ Địa chỉ của phần mềm" in bad.stdout
    assert "    → Đặt TRACKER_BASE_URL" in bad.stdout


def test_without_a_database_the_rest_is_still_looked_at(environment):
    done = run(environment | {"TRACKER_DATABASE_URL": "postgresql://ai@127.0.0.1:1/khong"}, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["findings"][0]["mark"] == WRONG
    assert {"smtp", "disk", "base-url"} <= {one["check"] for one in told["findings"]}
    assert "contacts" not in {one["check"] for one in told["findings"]}
