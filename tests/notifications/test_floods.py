"""However much happens between two sweeps, or within half an hour, it is one letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from notifications import alive
from notifications.forecast import forecast
from notifications.sweep import sweep
from tracker.clock import at_vietnam, vietnam_day
from tracker.extensions import db
from tracker.letters import Kind, State
from tracker.services import work as deeds
from tracker.services.work import Given
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Committee, Letter

DUE, MORNING = date(2026, 7, 20), at_vietnam(date(2026, 5, 13), 8)


def test_work_that_is_returned_a_hundred_times_is_told_once_with_the_last_reason(
    sqlite_app: Flask, world: Any, desk: Any, clock: Any, post: Any, set_server: Any
) -> None:
    set_server(sqlite_app, post.settings)
    work_id = desk.give("Việc bị trả lại", DUE)
    clock.now = at_vietnam(date(2026, 5, 13), 8)
    sweep(sqlite_app)
    before = len(post.mails)
    for turn in range(100):
        clock.now += timedelta(seconds=10)
        _sent_and_returned(world.actor("coordinator"), work_id, turn + 1, clock.now)
    for _sweep in range(3):
        clock.now += timedelta(minutes=5)
        sweep(sqlite_app)
    (mail,) = post.mails[before:]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "Thiếu lần 100." in text
    assert "Thiếu lần 99." not in text


def test_new_work_in_a_hundred_plans_is_one_letter(
    sqlite_app: Flask, desk: Any, clock: Any, post: Any, set_server: Any
) -> None:
    set_server(sqlite_app, post.settings)
    clock.now = at_vietnam(date(2026, 5, 13), 10)
    for number in range(100):
        work_id = desk.give(f"Việc mới {number}.", date(2026, 7, 20), plan=f"{number}/KH-UBND")
        desk.change(work_id, published_on=date(2026, 5, 13))
    for _sweep in range(3):
        clock.now += timedelta(minutes=5)
        sweep(sqlite_app)
    assert sorted(post.to) == ["head@sonthanh.example", "officer@sonthanh.example"]


def _sent_and_returned(coordinator: Any, work_id: int, turn: int, at: Any) -> None:
    given = Given(text=f"{turn}/BC-UBND ngày 12/5/2026")
    deeds.tick_on_behalf(coordinator, work_id, given, received_on=at.date(), via="paper", at=at)
    version = db.session.get(Assignment, work_id).row_version
    deeds.return_(coordinator, work_id, f"Thiếu lần {turn}.", row_version=version, at=at)


# Letters at once, one person


@dataclass
class Hour:
    """From eight o'clock on: things happen at a minute, and the sweep runs."""

    app: Flask
    world: Any
    desk: Any
    clock: Any
    post: Any

    def returned(self, minute: int, unit: str = "tan_lap") -> None:
        """Something to be told at once; then the sweep runs."""
        self.happens(minute, unit)
        self.swept(minute)

    def happens(self, minute: int, unit: str = "tan_lap") -> None:
        """Work that was sent is returned."""
        db.session.rollback()  # what was read before; the sweep has written since
        work_id = self.desk.give(f"Việc trả lại lúc {minute} phút.", DUE, unit=unit)
        self.clock.now = MORNING + timedelta(minutes=minute)
        _sent_and_returned(self.world.actor("coordinator"), work_id, 1, self.clock.now)

    def swept(self, minute: int) -> None:
        self.clock.now = MORNING + timedelta(minutes=minute)
        assert sweep(self.app).error == ""

    def got(self, who: str = "officer") -> list[str]:
        """The mails of that person that tell something at once."""
        return [
            " ".join(mail.get_body(("plain",)).get_content().split())
            for address, mail in zip(self.post.to, self.post.mails, strict=True)
            if address == f"{who}@sonthanh.example" and "trả lại" in mail["Subject"]
        ]


@pytest.fixture
def hour(app: Flask, world: Any, desk: Any, clock: Any, post: Any, use_server: Any) -> Hour:
    use_server(post.settings)
    found = Hour(app, world, desk, clock, post)
    found.swept(0)
    return found


def test_the_first_letter_goes_at_once_and_what_follows_in_half_an_hour_comes_as_one(hour: Hour) -> None:
    for minute in range(10, 40):
        hour.returned(minute)
    assert len(hour.got()) == 1
    assert "Việc trả lại lúc 10 phút." in hour.got()[0]
    hour.swept(40)
    _first, second = hour.got()
    assert all(f"Việc trả lại lúc {minute} phút." in second for minute in range(11, 40))
    hour.returned(41)
    hour.swept(69)
    assert len(hour.got()) == 2
    hour.swept(70)
    assert len(hour.got()) == 3
    hour.returned(101)
    assert len(hour.got()) == 4, "after a gap without news the next one goes at once again"


def test_people_do_not_wait_for_one_another(hour: Hour) -> None:
    hour.returned(10)
    hour.returned(12, unit="binh_minh")
    assert (len(hour.got("officer")), len(hour.got("other"))) == (1, 1)


def test_a_letter_that_nobody_got_holds_none_back(hour: Hour) -> None:
    hour.post.refuse["officer@sonthanh.example"] = ["550 no such user"]
    hour.returned(10)
    assert hour.got() == []
    hour.returned(12)
    assert len(hour.got()) == 1


def test_the_digest_of_the_morning_holds_none_back(hour: Hour) -> None:
    hour.desk.give("Việc sắp đến hạn", vietnam_day(MORNING) + timedelta(days=1))
    hour.swept(5)
    assert [address.split("@")[0] for address in hour.post.to] == ["officer"]
    hour.returned(10)
    assert len(hour.got()) == 1


def test_what_comes_while_a_letter_is_put_off_is_told_by_a_letter_of_its_own(hour: Hour) -> None:
    hour.post.refuse["officer@sonthanh.example"] = ["451 later"]
    hour.returned(10)
    hour.returned(12)
    hour.swept(45)
    assert len(hour.got()) == 2
    assert "Việc trả lại lúc 12 phút." in " ".join(hour.got())


def test_a_letter_that_another_process_has_in_hand_holds_the_next_one_back(hour: Hour) -> None:
    hour.returned(10)
    with transaction(db.session):
        stored = db.session.scalars(select(Letter).where(Letter.kind == Kind.NOW)).all()
        for one in stored:
            one.state, one.claim_token, one.sent_at = State.CLAIMED, "a process", None
    with alive.marked("a process"):
        hour.returned(12)
    assert len(hour.got()) == 1


def test_a_letter_that_a_wrong_clock_sent_tomorrow_holds_none_back(hour: Hour) -> None:
    hour.returned(10)
    with transaction(db.session):
        db.session.execute(update(Letter).values(sent_at=MORNING + timedelta(days=1)))
    hour.returned(12)
    assert len(hour.got()) == 2


def test_what_may_not_leave_before_the_quiet_hours_is_foreseen_and_sent_the_next_morning(hour: Hour) -> None:
    evening, quiet, morning = 580, 610, 23 * 60  # 17:40, 18:10, 7:00
    hour.returned(evening)
    hour.happens(evening + 5)
    tomorrow = vietnam_day(MORNING) + timedelta(days=1)
    found = forecast(db.session, hour.clock.now, hour.app.config["TRACKER"], until=tomorrow)
    assert [mail.day for mail in found.mails if mail.kind == Kind.NOW] == [tomorrow]
    hour.swept(evening + 5)
    hour.swept(quiet)
    assert len(hour.got()) == 1
    hour.swept(morning)
    assert len(hour.got()) == 2


def test_what_may_not_leave_before_a_noon_rest_is_foreseen_and_sent_after_it(hour: Hour) -> None:
    before, rest, after = 230, 260, 300  # 11:50, 12:20, 13:00
    with transaction(db.session):
        db.session.execute(update(Committee).values(settings={"quiet": {"from": "12:00", "to": "13:00"}}))
    hour.returned(before)
    hour.happens(before + 5)
    today = vietnam_day(MORNING)
    found = forecast(db.session, hour.clock.now, hour.app.config["TRACKER"], until=today + timedelta(days=1))
    assert [mail.day for mail in found.mails if mail.kind == Kind.NOW] == [today]
    hour.swept(before + 5)
    hour.swept(rest)
    assert len(hour.got()) == 1
    hour.swept(after)
    assert len(hour.got()) == 2


def test_what_waits_for_the_gap_and_is_settled_meanwhile_is_not_sent(hour: Hour) -> None:
    hour.returned(10)
    hour.returned(12)
    work_id = db.session.scalars(select(Assignment.id).order_by(Assignment.id.desc())).first()
    deeds.tick(
        hour.world.actor("officer"), work_id, Given(text="9/BC-UBND ngày 12/5/2026"), at=hour.clock.now
    )
    hour.swept(45)
    assert len(hour.got()) == 1
