"""What proves that somebody was told: the page against the rows, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.web.conftest import publish_in_january
from tracker.clock import at_vietnam
from tracker.errors import Forbidden, NotFound
from tracker.extensions import db
from tracker.services import absences, extending, show_notices, work
from tracker.services.absences import Leave
from tracker.services.evidence import Given
from tracker.services.work import FromLetter
from tracker.store.models import Assignment, Extension, Feed, Letter, LinkOpening, Notice, Person, Role

pytestmark = pytest.mark.usefixtures("app")

DUE = date(2026, 5, 8)


@pytest.fixture
def work_id(app: Any, world: Any, clock: Any) -> int:
    """Tân Lập's work that was due on 8/5; today is 12/5."""
    publish_in_january(world, clock)
    query = select(Assignment.id).where(Assignment.holder_id == world.tan_lap, Assignment.due_on == DUE)
    return db.session.scalars(query).one()


@pytest.fixture
def told(world: Any, work_id: int) -> Any:
    """`told("officer", "-7", day)` writes a notice and its letter; further values are the letter's."""

    def one(who: str, step: str, day: date, *, letter: int | None = None, **values: Any) -> int:
        at = at_vietnam(day, 7, 31)
        if letter is None:
            known = {
                "key": f"digest:{who}:{day}",
                "kind": "digest",
                "committee_id": world.committee,
                "person_id": world.people[who],
                "address": f"{who}@sonthanh.example",
                "day": day,
                "state": "sent",
                "tries": 1,
                "answer": "250 2.0.0 OK",
                "message_id": f"<{who}-{day}@dondoc.sonthanh.example>",
                "next_try_at": at,
                "created_at": at,
                "sent_at": at + timedelta(seconds=20),
            }
            row = Letter(**(known | values))
            db.session.add(row)
            db.session.flush()
            letter = row.id
        db.session.add(
            Notice(
                assignment_id=work_id,
                person_id=world.people[who],
                step=step,
                due_on=DUE,
                letter_id=letter,
                decided_at=at,
            )
        )
        db.session.commit()
        return letter

    return one


def page(world: Any, work_id: int, clock: Any, who: str = "coordinator") -> show_notices.Proof:
    return show_notices.proof(world.actor(who), work_id, at=clock.now)


def open_link(letter_id: int, work_id: int, at: datetime) -> None:
    db.session.add(LinkOpening(letter_id=letter_id, assignment_id=work_id, opened_at=at))
    db.session.commit()


def test_every_figure_is_a_count_of_rows(world, clock, work_id, told):
    first = told("officer", "-7", date(2026, 5, 4))
    told("officer", "-3", date(2026, 5, 4), letter=first)
    came_back = {"bounced_at": at_vietnam(date(2026, 5, 7), 9), "bounce": "550 5.1.1 no such user"}
    told("officer", "-1", date(2026, 5, 7), **came_back)
    told("head", "+1", date(2026, 5, 11), state="dead", sent_at=None, answer="554 refused")
    opened = at_vietnam(date(2026, 5, 5), 14)
    open_link(first, work_id, opened)
    found = page(world, work_id, clock)
    of_work = select(Notice.letter_id).where(Notice.assignment_id == work_id)
    letters = select(func.count()).select_from(Letter).where(Letter.id.in_(of_work))
    count = select(func.count()).select_from(Notice).where(Notice.assignment_id == work_id)
    assert len(found.notices) == db.session.scalar(count) == 4
    assert len(found.letters) == db.session.scalar(letters) == 3
    assert found.sent == db.session.scalar(letters.where(Letter.sent_at.is_not(None))) == 2
    assert found.bounced == db.session.scalar(letters.where(Letter.bounced_at.is_not(None))) == 1
    assert (found.opened, found.first_opened) == (1, opened)


def test_each_notice_says_what_happened_to_it(world, clock, work_id, told):
    told("officer", "-7", date(2026, 4, 30))
    told("head", "+1", date(2026, 5, 11), state="withdrawn", sent_at=None, answer="Việc đã xong.")
    sent, withdrawn = page(world, work_id, clock).notices
    assert (sent.person_name, sent.role, sent.due_on) == ("Nguyễn Thu Hằng", "officer", DUE)
    assert (sent.letter.address, sent.letter.answer) == ("officer@sonthanh.example", "250 2.0.0 OK")
    assert sent.letter.message_id == "<officer-2026-04-30@dondoc.sonthanh.example>"
    assert (withdrawn.role, withdrawn.letter.state, withdrawn.letter.answer) == (
        "head",
        "withdrawn",
        "Việc đã xong.",
    )


def test_an_opened_link_is_of_that_assignment_only(world, clock, work_id, told):
    letter = told("officer", "-7", date(2026, 4, 30))
    query = select(Assignment.id).where(Assignment.holder_id == world.tan_lap, Assignment.id != work_id)
    open_link(letter, db.session.scalars(query).first(), clock.now)
    assert page(world, work_id, clock).opened == 0


def test_a_tick_through_the_letters_link_is_shown_beside_it(world, clock, work_id, told):
    letter = told("officer", "0", DUE)
    other = told("head", "0", DUE)
    work.tick(
        world.actor("officer"),
        work_id,
        Given(text="15/QĐ-UBND ngày 11/5/2026"),
        letter=FromLetter(letter, 0),
        at=clock.now,
    )
    found = {one.letter.id: one.letter for one in page(world, work_id, clock).notices}
    assert (found[letter].ticked_at, found[letter].opened_at) == (clock.now, clock.now)
    assert (found[other].ticked_at, found[other].opened_at) == (None, None)


def test_a_deputy_is_named_with_whom_they_act_for(world, clock, work_id, told):
    leave = Leave(world.people["officer"], world.people["other"], None, clock.now.date(), date(2026, 5, 20))
    absences.set_absence(world.actor("manager"), leave, at=clock.now)
    told("other", "+1", date(2026, 5, 12))
    (one,) = page(world, work_id, clock).notices
    assert (one.role, one.for_name) == ("officer", "Nguyễn Thu Hằng")


def test_the_due_day_and_how_it_moved(world, clock, work_id):
    assert page(world, work_id, clock).changes == ()
    extending.ask(world.actor("officer"), work_id, date(2026, 5, 29), "chờ số liệu", at=clock.now)
    row_version = db.session.get_one(Assignment, work_id).row_version
    (extension,) = db.session.scalars(select(Extension.id))
    extending.agree(world.actor("coordinator"), extension, row_version=row_version, at=clock.now)
    found = page(world, work_id, clock)
    (change,) = found.changes
    assert (change.deed, change.before, change.after) == ("extension-agreed", DUE, date(2026, 5, 29))
    assert (found.row.work.first_due_on, found.moved_otherwise) == (DUE, False)


def test_a_day_that_no_deed_gave_is_said_to_be_the_plans(world, clock, work_id):
    one = db.session.get_one(Assignment, work_id)
    one.due_on = date(2026, 5, 30)
    db.session.commit()
    assert page(world, work_id, clock).moved_otherwise


def test_what_else_says_that_the_unit_knew(world, clock, work_id, told):
    told("officer", "-7", date(2026, 4, 30))
    at = at_vietnam(date(2026, 5, 6), 10)
    feed = {"nonce": "n", "token_digest": "d", "created_at": at, "fetched_at": at}
    db.session.add(Feed(unit_id=world.tan_lap, **feed))
    db.session.get_one(Person, world.people["officer"]).seen_on = date(2026, 5, 7)
    one = db.session.get_one(Assignment, work_id)
    one.seen_on, one.seen_by_id = date(2026, 1, 19), world.people["officer"]
    db.session.commit()
    found = page(world, work_id, clock)
    assert found.acknowledged == ("Nguyễn Thu Hằng", date(2026, 1, 19))
    assert found.fetched_at == at
    assert [(one.name, one.on) for one in found.seen] == [("Nguyễn Thu Hằng", date(2026, 5, 7))]


def test_the_unit_the_coordinator_and_those_above_see_it_and_partners_do_not(world, clock, work_id):
    for who in ("officer", "head", "coordinator", "leader"):
        assert page(world, work_id, clock, who)
    for who in ("other", "manager"):
        with pytest.raises(Forbidden):
            page(world, work_id, clock, who)
    with pytest.raises(NotFound):
        show_notices.proof(world.actor("leader"), 10**6, at=clock.now)


def test_who_heads_the_office_that_follows_up_is_no_head_of_the_unit(world, clock, work_id, told):
    now = {"committee_id": world.committee, "unit_id": world.justice, "valid_from": date(2026, 1, 1)}
    db.session.add(Role(person_id=world.people["coordinator"], role="head", **now))
    db.session.commit()
    told("coordinator", "+5", date(2026, 5, 12))
    (one,) = page(world, work_id, clock).notices
    assert one.role == "coordinator"
