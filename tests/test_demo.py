"""The sample: always something overdue, soon and done, whatever the day; loading twice changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tracker import demo
from tracker.access import Actor
from tracker.clock import at_vietnam, vietnam_day
from tracker.documents.read import read
from tracker.extensions import db
from tracker.parsing.plan import parse
from tracker.services import accounts, show_dashboard, show_plans, show_review, show_units, succession
from tracker.store.models import Alias, Assignment, Committee, Fact, Person, Plan, Submission, Unit, UnitGroup
from tracker.store.queries.units import grants

DAYS = (date(2026, 1, 15), date(2026, 5, 12), date(2026, 11, 20), date(2026, 12, 28))


def actor(who: str, day: date) -> Actor:
    person = db.session.scalars(select(Person).where(Person.email == f"{who}@sonthanh.example")).one()
    return Actor(person.id, person.name, grants(db.session, person.id, day))


def committee() -> int:
    return db.session.scalars(select(Committee.id)).one()


def contents() -> dict[str, int]:
    models = (Unit, UnitGroup, Alias, Person, Plan, Assignment, Submission, Fact)
    return {one.__name__: db.session.scalar(select(func.count()).select_from(one)) or 0 for one in models}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_there_is_always_work_overdue_soon_done_and_to_decide(sqlite_app: Flask, day: date) -> None:
    at = at_vietnam(day, 8)
    demo.load(sqlite_app, at=at)
    leader = actor("lanhdao", day)
    total = show_dashboard.matrix(leader, committee(), at=at).total
    assert min(total.overdue, total.soon, total.done, total.submitted, total.waiting, total.undated) > 0
    works = [one for one in db.session.scalars(select(Assignment)) if one.due_on]
    overdue = {one.due_on for one in works if one.state == "open" and one.due_on < day}
    done = {one.done_on for one in works if one.state == "accepted"}
    soon = {one.due_on for one in works if one.state == "open" and 0 <= (one.due_on - day).days <= 30}
    assert min(len(overdue), len(done), len(soon)) >= 2
    returned = db.session.scalars(select(Submission).where(Submission.state == "returned")).all()
    assert returned


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_happens_before_publishing_or_after_today(sqlite_app: Flask, day: date) -> None:
    at = at_vietnam(day, 8)
    demo.load(sqlite_app, at=at)
    published = {
        plan.id: plan.versions[0].published_at
        for plan in db.session.scalars(select(Plan))
        if plan.versions[0].published_at
    }
    for fact in db.session.scalars(select(Fact).where(Fact.thing == "assignment")):
        assert published[fact.plan_id or 0] < fact.at < at
    assert all(
        one.received_on <= vietnam_day(one.submitted_at) for one in db.session.scalars(select(Submission))
    )


def test_the_plans_are_dated_in_the_current_year_by_themselves(sqlite_app: Flask) -> None:
    for day in DAYS:
        for name in demo.PUBLISHED:
            file_name, data = demo.sample_plan(name, at_vietnam(day, 8))
            head = parse(read(data, file_name)).plan
            assert (head.issued_on or "").startswith("2026-")
            assert head.period.start == date(2026, 1, 1)
            assert head.coordinator == "Phòng Tư pháp"


def test_the_district_has_ten_offices_twelve_communes_and_people_with_roles(sqlite_app: Flask) -> None:
    at = at_vietnam(date(2026, 5, 12), 8)
    demo.load(sqlite_app, at=at)
    manager = actor("quanly", date(2026, 5, 12))
    units = show_units.units(manager, committee(), at=at)
    kinds = Counter(unit.kind for unit in units)
    assert kinds["commune"] == 12
    assert kinds["office"] + kinds["agency"] + kinds["organisation"] == 10
    assert len([unit for unit in units if unit.name.startswith("UBND thị trấn")]) == 2
    groups = {group.name: len(group.unit_ids) for group in show_units.groups(manager, committee(), at=at)}
    assert groups["UBND các xã, thị trấn"] == 12
    assert groups["các phòng, ban chuyên môn"] == kinds["office"]
    people = show_units.people(manager, committee(), at=at)
    held = Counter((role.role, role.unit_id) for person in people for role in person.roles)
    for unit in units:
        if unit.kind != "committee":
            assert held["head", unit.id] >= 1
            assert held["officer", unit.id] >= 1
    assert all(person.email.endswith("@sonthanh.example") for person in people)


def test_an_office_was_renamed_before_the_plans_and_its_page_tells_it(sqlite_app: Flask) -> None:
    at = at_vietnam(date(2026, 5, 12), 8)
    demo.load(sqlite_app, at=at)
    (change,) = succession.changes(actor("quanly", date(2026, 5, 12)), committee(), at=at)
    assert (change.kind, change.undone_at) == ("renamed", None)
    unit = db.session.scalars(select(Unit).where(Unit.code == "NNMT")).one()
    old, new = unit.versions
    assert (old.name, new.name) == (
        "Phòng Nông nghiệp và Phát triển nông thôn",
        "Phòng Nông nghiệp và Môi trường",
    )
    assert new.valid_from is not None
    dated = [version.issued_on for plan in db.session.scalars(select(Plan)) for version in plan.versions]
    assert all(new.valid_from.isoformat() < day for day in dated if day)


def test_a_third_plan_waits_under_review_with_its_doubts(sqlite_app: Flask) -> None:
    at = at_vietnam(date(2026, 5, 12), 8)
    demo.load(sqlite_app, at=at)
    coordinator = actor("theodoi", date(2026, 5, 12))
    (draft,) = [plan for plan in show_plans.plans(coordinator, at=at) if plan.state == "draft"]
    page = show_review.review(coordinator, draft.version_id, at=at)
    assert page.blocked
    assert 2 <= sum(len(row.doubts) for row in page.rows) <= 4


def test_everybody_shown_can_log_in(sqlite_app: Flask) -> None:
    at = at_vietnam(date(2026, 5, 12), 8)
    sample = demo.load(sqlite_app, at=at)
    assert sample.password == "dondoc-2026"
    assert len(sample.log_ins) == len(demo.SHOWN_LOG_INS)
    for name, email, _role in sample.log_ins:
        assert accounts.sign_in(email, sample.password, "127.0.0.1", at=at, cost="low").name == name


def test_the_committee_says_that_it_is_a_demonstration(sqlite_app: Flask) -> None:
    demo.load(sqlite_app, at=at_vietnam(date(2026, 5, 12), 8))
    assert db.session.scalars(select(Committee.demonstration)).one()


def test_loading_twice_changes_nothing(app: Flask) -> None:
    at = at_vietnam(date(2026, 5, 12), 8)
    assert demo.is_empty()
    assert demo.sample_of() is None
    first = demo.load(app, at=at)
    before = contents()
    assert not demo.is_empty()
    again = demo.load(app, at=at_vietnam(date(2026, 7, 1), 8))
    assert again == first == demo.sample_of()
    assert contents() == before


def test_a_loading_that_was_broken_off_is_finished_as_it_began(sqlite_app: Flask, monkeypatch: Any) -> None:
    """The program is stopped after some deeds; the next start goes on from there."""
    at = at_vietnam(date(2026, 5, 12), 8)

    class StoppedError(Exception):
        pass

    real = demo.work.accept
    calls = []

    def stop_at_the_tenth(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 10:
            raise StoppedError
        real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(demo.work, "accept", stop_at_the_tenth)
        with pytest.raises(StoppedError):
            demo.load(sqlite_app, at=at)
    assert demo.is_empty()
    demo.load(sqlite_app, at=at_vietnam(date(2026, 5, 14), 8))
    resumed = contents()
    steps = _history()
    db.session.rollback()
    assert resumed["Submission"] > 50
    assert len(steps) == len(set(steps)), "no deed twice"
    assert max(at_ for at_, *_ in steps) < at


def _history() -> list[tuple[Any, ...]]:
    rows = db.session.scalars(select(Fact).where(Fact.thing == "assignment").order_by(Fact.id))
    return [(fact.at, fact.thing_id, fact.deed) for fact in rows]
