"""Whoever has roles in two committees gets one digest a day, with what each of the two has for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from notifications.sweep import sweep
from tests.notifications.conftest import Desk
from tests.notifications.test_collect import fresh
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.models import Committee, Notice, Person, Role, Unit, UnitVersion

MONDAY = date(2026, 5, 18)
Mails = list[tuple[str, str]]


@pytest.fixture
def province(sqlite_app: Flask, world: Any) -> Desk:
    """Work of a second committee, which sleeps until nine; the officer of the first one works there, too."""
    now = at_vietnam(date(2026, 1, 5))
    committee = Committee(
        name="UBND tỉnh", created_at=now, settings={"quiet": {"from": "18:00", "to": "09:00"}}
    )
    db.session.add(committee)
    db.session.flush()
    units = {}
    for name, title in (("justice", "Sở Tư pháp"), ("centre", "Trung tâm Trợ giúp pháp lý")):
        unit = Unit(committee_id=committee.id, code=name, created_at=now)
        unit.versions.append(UnitVersion(ordinal=1, name=title))
        db.session.add(unit)
        db.session.flush()
        units[name] = unit.id
    there = type("There", (), {"committee": committee.id, "people": world.people, **units})
    desk = Desk(there)
    role(desk, "officer", "officer", units["centre"])
    return desk


def role(desk: Desk, who: str, name: str, unit: int | None = None) -> None:
    person = db.session.get_one(Person, desk.world.people[who])
    person.roles.append(Role(role=name, committee_id=desk.world.committee, unit_id=unit))
    db.session.commit()


@pytest.fixture
def sent(sqlite_app: Flask, clock: Any, post: Any, set_server: Any) -> Callable[..., Mails]:
    """What a sweep of that time sends: to whom, and the words."""
    set_server(sqlite_app, post.settings)

    def run(day: date, hour: int, minute: int = 0) -> Mails:
        before = len(post.raw)
        assert sweep(sqlite_app, clock.day(day.year, day.month, day.day, hour, minute)).error == ""
        texts = (" ".join(one.get_body(("plain",)).get_content().split()) for one in post.mails[before:])
        return list(zip((to.split("@")[0] for to in post.to[before:]), texts, strict=True))

    return run


def test_what_a_committee_in_its_quiet_hours_owes_goes_along_with_the_digest_of_another_one(
    desk: Desk, province: Desk, sent: Any
) -> None:
    desk.give("Báo cáo của xã", date(2026, 5, 20))
    work = province.give("Báo cáo của tỉnh", date(2026, 5, 20), unit="centre", plan="5/KH-UBND")
    ((who, words),) = sent(date(2026, 5, 13), 7, 30)
    assert who == "officer"
    assert "Báo cáo của xã" in words
    assert "Báo cáo của tỉnh" in words
    assert [one.step for one in fresh(Notice) if one.assignment_id == work] == ["-7"]
    assert sent(date(2026, 5, 13), 9) == [], "one digest a day"


def test_a_summary_of_the_week_does_not_wait_for_the_committee_whose_work_goes_along(
    desk: Desk, province: Desk, sent: Any
) -> None:
    desk.give("Báo cáo của xã", date(2026, 12, 18))
    role(province, "leader", "officer", province.world.centre)
    province.give("Báo cáo của tỉnh", date(2026, 5, 25), unit="centre", plan="5/KH-UBND")
    letters = dict(sent(MONDAY, 8))
    assert "- 12/KH-UBND:" in letters["leader"]
    assert "Báo cáo của tỉnh" in letters["leader"]


def test_alone_it_sleeps_until_its_hour(desk: Desk, province: Desk, sent: Any) -> None:
    desk.give("Báo cáo của xã", date(2026, 12, 18))
    province.give("Báo cáo của tỉnh", date(2026, 5, 20), unit="centre", plan="5/KH-UBND")
    assert sent(date(2026, 5, 13), 8, 59) == []
    assert [who for who, _words in sent(date(2026, 5, 13), 9)] == ["officer"]


def test_the_summary_of_the_week_is_of_all_that_its_reader_oversees(
    desk: Desk, province: Desk, sent: Any
) -> None:
    db.session.get_one(Committee, province.world.committee).settings = {}
    # -7 falls on this Monday: the first committee's step comes first.
    desk.give("Báo cáo của xã", date(2026, 5, 25))
    province.give("Báo cáo của tỉnh", date(2026, 12, 18), unit="centre", plan="5/KH-UBND")
    role(province, "officer", "leader")
    role(province, "leader", "leader")
    letters = dict(sent(MONDAY, 8))
    assert "- 5/KH-UBND:" in letters["officer"]
    assert "- 12/KH-UBND:" not in letters["officer"], "she leads only the second"
    assert "- 5/KH-UBND:" in letters["leader"]
    assert "- 12/KH-UBND:" in letters["leader"]
    assert "- 5/KH-UBND:" not in letters["coordinator"]


def test_the_summary_of_a_committee_that_still_sleeps_goes_along_with_the_digest_of_another_one(
    desk: Desk, province: Desk, sent: Any
) -> None:
    desk.give("Báo cáo của xã", date(2026, 5, 25))
    province.give("Báo cáo của tỉnh", date(2026, 12, 18), unit="centre", plan="5/KH-UBND")
    role(province, "officer", "leader")
    assert "- 5/KH-UBND:" in dict(sent(MONDAY, 7, 30))["officer"]
