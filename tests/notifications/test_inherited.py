"""A reorganisation in the letters: the successor's next digest lists what it inherited, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from notifications.policy import Legacy, Team, inherited
from notifications.sweep import sweep
from tracker.deadlines.told_once import INHERITED
from tracker.deadlines.workdays import NATIONAL
from tracker.extensions import db
from tracker.services import succession
from tracker.services.succession_proposal import Choices
from tracker.store.models import Notice
from tracker.units.succession import Change, Heir

WEDNESDAY = date(2026, 5, 20)
LEGACY = Legacy(7, 5, date(2026, 5, 1))
TEAM = {5: Team(officers=(1, 2), heads=(3,))}


def test_officers_and_the_head_are_told() -> None:
    told = inherited([LEGACY], TEAM, NATIONAL, WEDNESDAY, ())
    assert [(one.person_id, one.step, one.due_on) for one in told] == [
        (person, INHERITED, date(2026, 5, 1)) for person in (1, 2, 3)
    ]


def test_nobody_is_told_twice_nor_on_a_day_off() -> None:
    recorded = {one.key for one in inherited([LEGACY], TEAM, NATIONAL, WEDNESDAY, ())}
    assert inherited([LEGACY], TEAM, NATIONAL, WEDNESDAY, recorded) == []
    assert inherited([LEGACY], TEAM, NATIONAL, date(2026, 5, 17), ()) == []


@pytest.fixture
def merged(world: Any, desk: Any, clock: Any) -> int:
    """Three communes merged this morning: one dated line each far ahead, and one without a due date."""
    for unit in ("tan_lap", "binh_minh", "phu_hoa"):
        desk.give("Báo cáo năm", date(2026, 12, 10), unit=unit)
    desk.give("Xây dựng tủ sách pháp luật điện tử", None, unit="tan_lap", period="plan")
    units = (world.tan_lap, world.binh_minh, world.phu_hoa)
    heirs = (Heir(name="UBND xã Tân Bình", code="TB"),)
    change = Change("merged", units, date(2026, 5, 1), heirs=heirs)
    manager = world.actor("manager")
    at = clock.day(2026, 5, 20, 7)
    stamp = succession.propose(manager, world.committee, change, at=at).stamp
    return succession.carry_out(manager, world.committee, change, Choices(), stamp, at=at)


def test_the_next_digest_lists_what_was_inherited_undated_work_too(
    app: Flask, merged: int, desk: Any, clock: Any, post: Any, use_server: Any
) -> None:
    use_server(post.settings)
    assert sweep(app, at=clock.day(2026, 5, 20, 9)).sent == 3
    assert sorted(post.to) == [
        "head@sonthanh.example",
        "officer@sonthanh.example",
        "other@sonthanh.example",
    ]
    letter = desk.letters("sent")[0]
    assert letter.subject == "UBND xã Tân Bình: tiếp nhận 4 việc, hạn 10/12/2026"
    assert "tủ sách pháp luật" in letter.text
    assert sweep(app, at=clock.day(2026, 5, 21, 9)).sent == 0
    assert {row.step for row in db.session.scalars(db.select(Notice))} == {INHERITED}


def test_what_was_undone_is_not_told(
    app: Flask, world: Any, merged: int, clock: Any, post: Any, use_server: Any
) -> None:
    use_server(post.settings)
    succession.undo(world.actor("manager"), merged, at=clock.now)
    assert sweep(app, at=clock.day(2026, 5, 20, 9)).sent == 0


def test_a_letter_that_waited_while_all_was_undone_is_withdrawn(
    app: Flask, world: Any, merged: int, desk: Any, clock: Any, post: Any, use_server: Any
) -> None:
    assert sweep(app, at=clock.day(2026, 5, 20, 9)).waiting == 3
    succession.undo(world.actor("manager"), merged, at=clock.now)
    use_server(post.settings)
    assert sweep(app, at=clock.day(2026, 5, 20, 10)).withdrawn == 3
    assert post.to == []
