"""However much happens between two sweeps, it is one letter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask

from notifications.sweep import sweep
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import work as deeds
from tracker.services.work import Given
from tracker.store.models import Assignment

DUE = date(2026, 5, 20)


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
