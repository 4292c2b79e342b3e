"""Units that do not read what they are told, from real rows on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.web.conftest import publish_in_january
from tracker.clock import at_vietnam
from tracker.errors import Forbidden
from tracker.extensions import db
from tracker.services import absences, show_reading, staff, work
from tracker.services.absences import Leave
from tracker.services.staff_parts import Entered
from tracker.services.work import Given
from tracker.store.models import Absence, Assignment, Committee, Feed, Letter, LinkOpening, Person, Role
from tracker.store.queries import reading
from tracker.store.queries.letter_rows import unattended

pytestmark = pytest.mark.usefixtures("app")

TODAY = date(2026, 5, 12)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def plan(app: Any, world: Any, clock: Any) -> None:
    """Published in January: three communes owe work since 8/5 and today; Phú Hòa has nobody at all."""
    publish_in_january(world, clock)


def listed(world: Any, clock: Any, who: str = "coordinator") -> dict[int, reading.UnreadRow]:
    found = show_reading.not_reading(world.actor(who), world.committee, at=clock.now)
    return {row.found.unit.unit_id: row for row in found}


def change(world: Any, who: str, **values: Any) -> None:
    person = db.session.get_one(Person, world.people[who])
    for name, value in values.items():
        setattr(person, name, value)
    db.session.commit()


def letter_to(world: Any, who: str) -> Letter:
    at = at_vietnam(date(2026, 5, 5), 8)
    one = Letter(
        key=f"digest:{who}:2026-05-05",
        kind="digest",
        committee_id=world.committee,
        person_id=world.people[who],
        address=f"{who}@sonthanh.example",
        day=date(2026, 5, 5),
        state="sent",
        next_try_at=at,
        created_at=at,
        sent_at=at,
    )
    db.session.add(one)
    db.session.flush()
    return one


def test_each_unit_is_listed_with_the_reason(plan, world, clock):
    change(world, "other", seen_on=YESTERDAY)
    found = listed(world, clock)
    assert set(found) == {world.tan_lap, world.phu_hoa}
    tan_lap, phu_hoa = found[world.tan_lap], found[world.phu_hoa]
    assert (tan_lap.name, tan_lap.found.whys) == ("UBND xã Tân Lập", ("quiet",))
    assert (tan_lap.found.unit.works, tan_lap.found.unit.overdue) == (2, 1)
    assert tan_lap.found.unit.due_on == date(2026, 5, 8)
    assert tan_lap.found.since == date(2026, 1, 16), "the work was given then, and nobody was ever seen"
    assert (phu_hoa.found.whys, phu_hoa.found.since) == (("nobody",), None)


@pytest.mark.parametrize("sign", ["page", "link", "calendar"])
def test_any_sign_of_anybody_of_the_unit_takes_it_off_the_list(plan, world, clock, sign):
    assert world.tan_lap in listed(world, clock)
    at = at_vietnam(YESTERDAY, 10)
    if sign == "page":
        change(world, "head", seen_on=YESTERDAY)
    elif sign == "link":
        work_id = db.session.scalars(
            select(Assignment.id).where(Assignment.holder_id == world.tan_lap)
        ).first()
        letter = letter_to(world, "officer")
        db.session.add(LinkOpening(letter_id=letter.id, assignment_id=work_id, opened_at=at))
    else:
        feed = {"nonce": "n", "token_digest": "d", "created_at": at, "fetched_at": at}
        db.session.add(Feed(unit_id=world.tan_lap, **feed))
    db.session.commit()
    assert world.tan_lap not in listed(world, clock)


def test_mail_that_came_back_lists_a_unit_that_reads_until_the_address_is_another_one(plan, world, clock):
    change(world, "officer", seen_on=TODAY, bounced_at=at_vietnam(YESTERDAY, 9), bounce="550 no such user")
    found = listed(world, clock)[world.tan_lap].found
    assert (found.whys, found.since, found.names) == (("bounced",), YESTERDAY, ("Nguyễn Thu Hằng",))
    entered = Entered("Nguyễn Thu Hằng", "thu.hang@sonthanh.example", "")
    staff.correct_person(world.actor("manager"), world.people["officer"], entered, at=clock.now)
    one = db.session.get_one(Person, world.people["officer"])
    assert (one.bounced_at, one.bounce) == (None, "")
    assert world.tan_lap not in listed(world, clock)


def test_another_name_or_telephone_leaves_the_mark(plan, world, clock):
    change(world, "officer", bounced_at=at_vietnam(YESTERDAY, 9), bounce="550 no such user")
    entered = Entered("Nguyễn Thị Thu Hằng", "officer@sonthanh.example", "024 3936 1234")
    staff.correct_person(world.actor("manager"), world.people["officer"], entered, at=clock.now)
    assert db.session.get_one(Person, world.people["officer"]).bounce == "550 no such user"
    row = listed(world, clock)[world.tan_lap]
    assert row.phones == (("Nguyễn Thị Thu Hằng", "024 3936 1234"),)


def test_closed_accounts_and_absent_people_for_whom_nobody_acts_read_nothing(plan, world, clock):
    officer, head = world.people["officer"], world.people["head"]
    change(world, "officer", seen_on=TODAY)
    leave = Leave(officer, head, None, TODAY, TODAY + timedelta(days=9), "")
    absences.set_absence(world.actor("manager"), leave, at=clock.now)
    assert world.tan_lap in listed(world, clock), "the deputy was not seen; who is away reads nothing"
    change(world, "head", seen_on=TODAY)
    assert world.tan_lap not in listed(world, clock)
    change(world, "head", active=False)
    assert listed(world, clock)[world.tan_lap].found.whys == ("nobody",)


def test_finished_work_and_work_that_is_far_away_is_nothing_to_telephone_about(plan, world, clock):
    for one in db.session.scalars(select(Assignment).where(Assignment.holder_id == world.phu_hoa)).all():
        if one.due_on and one.due_on <= TODAY:
            work.tick_on_behalf(
                world.actor("coordinator"),
                one.id,
                Given(text="15/BC-UBND ngày 12/5/2026"),
                received_on=TODAY,
                via="paper",
                at=clock.now,
            )
    assert world.phu_hoa not in listed(world, clock)
    assert world.culture not in listed(world, clock), "it leads nothing"


def test_the_committee_sets_the_days(plan, world, clock):
    change(world, "officer", seen_on=date(2026, 5, 5))
    assert world.tan_lap in listed(world, clock)
    db.session.get_one(Committee, world.committee).settings = {"not_reading_days": 6}
    db.session.commit()
    assert world.tan_lap not in listed(world, clock)
    assert show_reading.days(world.actor("leader"), world.committee) == 6


@pytest.mark.parametrize("value", [0, -1, True, "5", 61, None])
def test_a_setting_that_is_no_number_of_days_is_the_ordinary_one(value):
    assert reading.not_reading_days({"not_reading_days": value}) == 5


def test_the_number_of_questions_does_not_grow_with_the_units(plan, world, clock):
    asked: list[str] = []

    def count(*args: Any) -> None:
        asked.append(args[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        listed(world, clock)
        few = len(asked)
        for n in range(30):
            one = Person(name=f"Người {n}", email=f"n{n}@sonthanh.example", created_at=clock.now)
            one.roles.append(Role(role="officer", committee_id=world.committee, unit_id=world.phu_hoa))
            db.session.add(one)
        db.session.commit()
        asked.clear()
        listed(world, clock)
        assert len(asked) <= few + 3, "a fresh transaction reads the actor again"
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


def test_only_coordinators_and_leaders_are_told(plan, world, clock):
    assert listed(world, clock, "leader")
    for who in ("officer", "head", "manager"):
        with pytest.raises(Forbidden):
            listed(world, clock, who)


def wrong(world: Any) -> None:
    change(world, "officer", email="hang@sonthanh")


def came_back(world: Any) -> None:
    change(world, "officer", bounced_at=at_vietnam(YESTERDAY, 9), bounce="550 no such user")


def without_deputy(world: Any) -> None:
    """Absent, and the account of who would act is closed."""
    leave = {"starts_on": YESTERDAY, "ends_on": TODAY, "set_at": at_vietnam(YESTERDAY, 9)}
    ids = {"person_id": world.people["officer"], "deputy_id": world.people["head"]}
    db.session.add(Absence(unit_id=None, reason="", **leave, **ids))
    db.session.commit()


@pytest.mark.parametrize("barred", [wrong, came_back, without_deputy])
def test_the_list_and_the_letters_agree_on_who_is_out_of_reach(plan, world, clock, barred):
    """The officer looked today, the head is gone: only the mail itself is in question."""
    change(world, "officer", seen_on=TODAY)
    change(world, "head", active=False)
    assert world.tan_lap not in listed(world, clock)
    assert not unattended(db.session, [world.tan_lap], TODAY)
    barred(world)
    assert world.tan_lap in listed(world, clock)
    assert unattended(db.session, [world.tan_lap], TODAY)


def test_reminders_that_were_turned_off_leave_a_person_within_reach_and_are_named(plan, world, clock):
    change(world, "officer", reminders_off_at=at_vietnam(YESTERDAY, 9))
    assert not unattended(db.session, [world.tan_lap], TODAY)
    assert listed(world, clock)[world.tan_lap].found.late_only == ("Nguyễn Thu Hằng",)
