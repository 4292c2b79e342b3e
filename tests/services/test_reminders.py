"""What people choose about their letters, who was here, and who else should get letters; on both databases."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tracker.access import Actor
from tracker.errors import Forbidden, NotFound, Refused
from tracker.extensions import db
from tracker.services import accounts, reminders
from tracker.store.models import Fact, Person, RecipientProposal

pytestmark = pytest.mark.usefixtures("app")

LINH = ("Hoàng Gia Linh", "linh@sonthanh.example")


def person(world: Any, who: str = "officer") -> Person:
    return db.session.get_one(Person, world.people[who], populate_existing=True)


def deeds() -> list[str]:
    return list(db.session.scalars(select(Fact.deed).order_by(Fact.id)))


def test_reminders_are_turned_off_and_on_and_each_is_written_down_once(world, clock):
    officer = world.actor("officer")
    for on in (True, False, False, True):
        reminders.turn_reminders(officer, on, at=clock.now)
        assert (person(world).reminders_off_at is None) == on
        clock.now += timedelta(hours=1)
    assert deeds() == ["reminders-off", "reminders-on"]


def test_the_calendar_is_asked_for_by_oneself(world, clock):
    officer = world.actor("officer")
    for wanted in (True, True, False):
        reminders.want_calendar(officer, wanted, at=clock.now)
        assert person(world).wants_calendar is wanted
    assert deeds() == ["calendar-wanted", "calendar-unwanted"]
    assert not person(world, "head").wants_calendar


def test_nobody_chooses_without_being_somebody(world, clock):
    nobody = Actor(None, "")
    for deed in (
        lambda: reminders.turn_reminders(nobody, False, at=clock.now),
        lambda: reminders.want_calendar(nobody, True, at=clock.now),
        lambda: reminders.choices(nobody, at=clock.now),
        lambda: accounts.note_seen(nobody, at=clock.now),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_choices_name_the_units_whose_letters_one_gets(world, clock):
    found = reminders.choices(world.actor("officer"), at=clock.now)
    assert (found.email, found.off_at, found.wants_calendar) == ("officer@sonthanh.example", None, False)
    assert found.units == ((world.tan_lap, "UBND xã Tân Lập"),)
    assert reminders.choices(world.actor("leader"), at=clock.now).units == ()


def test_a_day_on_which_somebody_was_here_never_goes_back(world, clock):
    officer = world.actor("officer")
    accounts.note_seen(officer, at=clock.now)
    accounts.note_seen(officer, at=clock.now - timedelta(days=3))
    assert person(world).seen_on == date(2026, 5, 12)
    accounts.note_seen(officer, at=clock.now + timedelta(days=1))
    assert person(world).seen_on == date(2026, 5, 13)
    assert person(world, "head").seen_on is None


def test_a_proposal_names_the_row_in_the_log_and_not_the_person(world, clock):
    reminders.propose(world.actor("officer"), world.tan_lap, *LINH, at=clock.now)
    fact = db.session.scalars(select(Fact)).one()
    proposal = db.session.scalars(select(RecipientProposal)).one()
    assert (fact.deed, fact.thing_id) == ("recipient-proposed", world.tan_lap)
    assert fact.after == {"proposal": proposal.id}
    [row] = reminders.proposals(world.actor("manager"), world.committee, at=clock.now)
    assert (row.name, row.email, row.unit_name, row.proposed_by) == (
        *LINH, "UBND xã Tân Lập", "Nguyễn Thu Hằng",
    )  # fmt: skip


def test_the_same_proposal_at_once_is_one(world, clock, app):
    start = threading.Barrier(3)

    def send() -> None:
        with app.app_context():
            officer = world.actor("officer")
            start.wait()
            reminders.propose(officer, world.tan_lap, *LINH, at=clock.now)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count(RecipientProposal.id))) == 1


def test_only_the_manager_settles_and_only_once(world, clock):
    reminders.propose(world.actor("officer"), world.tan_lap, *LINH, at=clock.now)
    proposal = db.session.scalars(select(RecipientProposal.id)).one()
    for who in ("officer", "coordinator", "leader"):
        with pytest.raises(Forbidden):
            reminders.settle(world.actor(who), proposal, at=clock.now)
    with pytest.raises(NotFound):
        reminders.settle(world.actor("manager"), proposal + 1, at=clock.now)
    for _ in range(2):
        reminders.settle(world.actor("manager"), proposal, at=clock.now)
    assert deeds() == ["recipient-proposed", "recipient-settled"]
    reminders.propose(world.actor("officer"), world.tan_lap, *LINH, at=clock.now)
    assert len(reminders.proposals(world.actor("coordinator"), world.committee, at=clock.now)) == 1


def test_proposals_are_for_those_who_see_people(world, clock):
    for who in ("officer", "head"):
        with pytest.raises(Forbidden):
            reminders.proposals(world.actor(who), world.committee, at=clock.now)


def test_nobody_proposes_for_another_unit_or_whom_it_has_already(world, clock):
    with pytest.raises(Forbidden):
        reminders.propose(world.actor("officer"), world.binh_minh, *LINH, at=clock.now)
    with pytest.raises(NotFound):
        reminders.propose(world.actor("officer"), 9999, *LINH, at=clock.now)
    with pytest.raises(Refused, match="Trần Quốc Bảo đã nhận thư nhắc"):
        reminders.propose(
            world.actor("officer"), world.tan_lap, "Anh Bảo", "HEAD@sonthanh.example", at=clock.now
        )
    assert deeds() == []
