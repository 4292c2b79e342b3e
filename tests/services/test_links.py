"""Links in letters: what they mean, how long they live, and the one tick through them; on both databases."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.web.conftest import publish_in_january
from tracker.clock import at_vietnam
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import absences, handing_back, links, staff, succession, work
from tracker.services.absences import Leave
from tracker.services.links import OpenedWork
from tracker.services.staff_change import Change, change_staff
from tracker.services.staff_parts import Entered
from tracker.services.work import Given
from tracker.store.models import (
    Assignment,
    Deliverable,
    Fact,
    HandBack,
    Letter,
    LinkOpening,
    Role,
    Submission,
    TaskVersion,
)
from tracker.store.queries.links import holdings, turns
from tracker.units.succession import Change as Reorganised
from tracker.units.succession import Heir

SECRET = "khoa-chi-de-thu-nghiem-khong-dung-that"
TODAY = date(2026, 5, 12)
GIVEN = Given(text="15/QĐ-UBND ngày 11/5/2026")


@pytest.fixture
def work_id(app: Any, world: Any, clock: Any) -> int:
    """The work of Tân Lập that was due on 8/5; published in January."""
    publish_in_january(world, clock)
    query = select(Assignment.id).where(
        Assignment.holder_id == world.tan_lap, Assignment.due_on == date(2026, 5, 8)
    )
    return db.session.scalars(query).one()


@pytest.fixture
def letter_id(app: Any, world: Any, clock: Any) -> int:
    return a_letter(world, "officer").id


def a_letter(world: Any, who: str) -> Letter:
    at = at_vietnam(TODAY, 8)
    one = Letter(
        key=f"digest:{who}:{TODAY}",
        kind="digest",
        committee_id=world.committee,
        person_id=world.people[who],
        address=f"{who}@sonthanh.example",
        day=TODAY,
        state="sent",
        next_try_at=at,
        created_at=at,
        sent_at=at,
    )
    db.session.add(one)
    db.session.commit()
    return one


def link_of(
    world: Any, clock: Any, work_id: int, letter_id: int, who: str = "officer", *, holder: int | None = None
) -> str:
    """The token in the letter, made now."""
    turn = turns(db.session, [work_id]).get(work_id, 0)
    times = holdings(db.session, [work_id]).get(work_id, 0)
    link = links.WorkLink(world.people[who], work_id, holder or world.tan_lap, turn, letter_id, times)
    path = links.work_link(link, secret=SECRET, at=clock.now)
    assert path.startswith("/thu/viec/")
    return path.removeprefix("/thu/viec/")


@pytest.fixture
def token(world: Any, clock: Any, work_id: int, letter_id: int) -> str:
    return link_of(world, clock, work_id, letter_id)


def opened(token: str, clock: Any) -> OpenedWork:
    return links.work_of_link(token, secret=SECRET, at=clock.now)


def tick(token: str, clock: Any, given: Given = GIVEN, parts: tuple[int, ...] = ()) -> None:
    links.tick_by_link(token, given, parts=parts, secret=SECRET, at=clock.now)


def refused(token: str, clock: Any, code: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        opened(token, clock)
    assert refusal.value.code == code
    with pytest.raises(Refused, match=words):
        tick(token, clock)
    assert db.session.scalar(select(func.count(Submission.id))) == 0


# What a link means


def test_a_link_says_who_acts_and_on_what(world, clock, work_id, letter_id, token):
    found = opened(token, clock)
    assert found.link == links.WorkLink(world.people["officer"], work_id, world.tan_lap, 0, letter_id)
    assert (found.actor.id, found.actor.name) == (world.people["officer"], "Nguyễn Thu Hằng")
    assert not found.overtaken


def test_the_same_letter_has_the_same_link(world, clock, work_id, letter_id, token):
    assert link_of(world, clock, work_id, letter_id) == token
    assert link_of(world, clock, work_id, letter_id + 1) != token


def test_a_link_carries_the_roles_in_its_unit_alone(world, clock, work_id, token):
    staff.add_role(
        world.actor("manager"), world.people["officer"], world.committee,
        role="coordinator", unit_id=world.justice, begins=None, at=clock.now,
    )  # fmt: skip
    assert opened(token, clock).actor.units() == {world.tan_lap}


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "x", lambda t: "x" + t, lambda t: ""])
def test_a_link_that_was_cut_or_changed_is_none(world, clock, token, change):
    with pytest.raises(NotFound, match="bị cắt khi sao chép"):
        opened(change(token), clock)


def test_no_token_serves_another_purpose(world, clock, token):
    reminders = links.unsubscribe_link(world.people["officer"], secret=SECRET).removeprefix("/thu/ngung/")
    with pytest.raises(NotFound):
        opened(reminders, clock)
    with pytest.raises(NotFound):
        links.person_of_link(token, secret=SECRET, at=clock.now)
    with pytest.raises(NotFound):
        links.work_of_link(token, secret="mot-khoa-khac-cung-du-dai-de-thu-nghiem", at=clock.now)


# How long it lives


def test_a_link_lives_fourteen_days_by_the_clock_of_the_installation(world, clock, work_id, token):
    clock.now += timedelta(days=14)
    assert not opened(token, clock).overtaken
    clock.now += timedelta(seconds=1)
    refused(token, clock, "link-expired", "đã hết hạn ngày 26/5/2026, xin mở thư mới nhất hoặc đăng nhập")


def test_a_link_outlives_a_clock_that_was_put_back(world, clock, token):
    clock.now -= timedelta(hours=3)
    assert not opened(token, clock).overtaken


def test_a_link_dies_when_the_work_goes_to_another_unit(world, clock, work_id, token):
    db.session.get_one(Assignment, work_id).holder_id = world.binh_minh
    db.session.commit()
    refused(token, clock, "link-moved", "chuyển cho đơn vị khác")


def handed_on_and_back(world: Any, clock: Any, work_id: int) -> None:
    for asks, to in (("officer", world.binh_minh), ("other", world.tan_lap)):
        handing_back.ask(world.actor(asks), work_id, "Giao nhầm đơn vị.", to, at=clock.now)
        request = db.session.scalars(select(HandBack).order_by(HandBack.id.desc())).first()
        version = db.session.get_one(Assignment, work_id, populate_existing=True).row_version
        handing_back.hand_on(world.actor("coordinator"), request.id, to, row_version=version, at=clock.now)


def reorganised_and_undone(world: Any, clock: Any, work_id: int) -> None:
    manager = world.actor("manager")
    heir = Heir(name="UBND xã Tân Bình", code="TB")
    merged = Reorganised("merged", (world.tan_lap, world.binh_minh), date(2026, 5, 1), heirs=(heir,))
    stamp = succession.propose(manager, world.committee, merged, at=clock.now).stamp
    change = succession.carry_out(manager, world.committee, merged, succession.Choices(), stamp, at=clock.now)
    assert db.session.get_one(Assignment, work_id).holder_id != world.tan_lap
    succession.undo(manager, change, at=clock.now)


@pytest.mark.parametrize("away_and_back", [handed_on_and_back, reorganised_and_undone])
def test_a_link_stays_dead_when_the_work_comes_back_and_the_next_letter_has_a_new_one(
    world, clock, work_id, letter_id, token, away_and_back
):
    away_and_back(world, clock, work_id)
    assert db.session.get_one(Assignment, work_id).holder_id == world.tan_lap
    refused(token, clock, "link-moved", "chuyển cho đơn vị khác")
    tick(link_of(world, clock, work_id, letter_id), clock)
    assert db.session.get_one(Assignment, work_id).state == "submitted"


def test_a_link_dies_with_the_role_in_that_unit(world, clock, work_id, token):
    role = db.session.scalars(select(Role).where(Role.person_id == world.people["officer"])).one()
    staff.add_role(
        world.actor("manager"), world.people["officer"], world.committee,
        role="officer", unit_id=world.binh_minh, begins=None, at=clock.now,
    )  # fmt: skip
    staff.end_role(world.actor("manager"), role.id, last_day=TODAY - timedelta(days=1), at=clock.now)
    refused(token, clock, "link-role", "không còn phụ trách")


def test_a_link_dies_with_the_account(world, clock, work_id, token):
    staff.set_active(world.actor("manager"), world.people["officer"], False, at=clock.now)
    refused(token, clock, "link-closed", "đã ngừng")


def test_a_link_dies_with_the_staff_change(world, clock, work_id, token):
    change = Change(
        old_id=world.people["officer"],
        unit_id=world.tan_lap,
        day=TODAY,
        entered=Entered("Hoàng Gia Linh", "linh@sonthanh.example"),
    )
    change_staff(world.actor("manager"), change, secret=SECRET, at=clock.now)
    with pytest.raises(Refused):
        opened(token, clock)


def test_a_deputy_has_a_link_of_their_own_for_as_long_as_they_stand_in(
    world, clock, work_id, letter_id, token
):
    absences.set_absence(
        world.actor("officer"),
        Leave(
            world.people["officer"], world.people["other"], world.tan_lap, TODAY, TODAY + timedelta(days=2)
        ),
        at=clock.now,
    )
    lent = link_of(world, clock, work_id, letter_id, "other")
    assert opened(lent, clock).actor.name == "Lê Thị Mai"
    tomorrow = clock.now + timedelta(days=1)
    clock.now += timedelta(days=3)
    refused(lent, clock, "link-role", "không còn phụ trách")
    clock.now = tomorrow
    tick(lent, clock)
    assert db.session.scalars(select(Submission.person_id)).one() == world.people["other"]


# The tick


def test_a_tick_through_a_link_is_the_persons_own_and_says_which_letter(
    world, clock, work_id, letter_id, token
):
    tick(token, clock)
    submission = db.session.scalars(select(Submission)).one()
    assert (submission.person_id, submission.received_on, submission.state) == (
        world.people["officer"], TODAY, "sent",
    )  # fmt: skip
    fact = db.session.scalars(select(Fact).where(Fact.deed == "ticked")).one()
    assert (fact.actor_id, fact.after["letter"]) == (world.people["officer"], letter_id)
    opening = db.session.scalars(select(LinkOpening)).one()
    assert (opening.letter_id, opening.assignment_id, opening.opened_at) == (letter_id, work_id, clock.now)


def test_a_link_serves_once(world, clock, work_id, token):
    tick(token, clock)
    with pytest.raises(Refused, match="đã gửi minh chứng"):
        tick(token, clock)
    assert opened(token, clock).overtaken
    assert db.session.scalar(select(func.count(Submission.id))) == 1


def test_a_link_is_overtaken_by_a_submission_that_came_otherwise_and_was_returned(
    world, clock, work_id, token
):
    work.tick(world.actor("officer"), work_id, GIVEN, at=clock.now)
    version = db.session.get_one(Assignment, work_id).row_version
    work.return_(world.actor("coordinator"), work_id, "Thiếu chữ ký", row_version=version, at=clock.now)
    assert opened(token, clock).overtaken
    with pytest.raises(Refused) as refusal:
        tick(token, clock)
    assert refusal.value.code == "link-used"


def test_a_part_takes_the_link_and_the_next_letter_has_a_new_one(world, clock, work_id, letter_id):
    task_id = db.session.get_one(Assignment, work_id).task_id
    task = db.session.scalars(select(TaskVersion).where(TaskVersion.task_id == task_id)).one()
    task.deliverables.append(Deliverable(ordinal=1, text="danh sách tổ viên"))
    db.session.commit()
    first = link_of(world, clock, work_id, letter_id)
    tick(first, clock, parts=(0,))
    with pytest.raises(Refused, match="mở thư mới nhất"):
        tick(first, clock, parts=(1,))
    tick(link_of(world, clock, work_id, letter_id), clock, parts=(1,))
    assert db.session.get_one(Assignment, work_id).state == "submitted"


def test_two_ticks_at_once_through_one_link_are_one(world, clock, app, work_id, token):
    start, told = threading.Barrier(4), []

    def send() -> None:
        with app.app_context():
            start.wait()
            try:
                tick(token, clock)
                told.append("sent")
            except Refused:
                told.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["refused", "refused", "refused", "sent"]
    db.session.rollback()  # what this thread had read before
    assert db.session.scalar(select(func.count(Submission.id))) == 1


def test_what_is_accepted_through_a_link_is_checked_as_on_the_page(world, clock, work_id, token):
    with pytest.raises(Invalid, match="minh chứng"):
        tick(token, clock, Given())
    with pytest.raises(Invalid, match="tương lai"):
        tick(token, clock, Given(text="15/QĐ-UBND ngày 11/6/2026"))
    assert db.session.scalar(select(func.count(LinkOpening.id))) == 0, "a refused tick leaves nothing behind"
    tick(token, clock)


# Openings


def test_an_opening_is_written_once_for_a_letter_and_its_work(world, clock, work_id, letter_id, token):
    links.note_opening(token, secret=SECRET, at=clock.now)
    first = clock.now
    clock.now += timedelta(hours=1)
    links.note_opening(token, secret=SECRET, at=clock.now)
    tick(token, clock)
    assert db.session.scalars(select(LinkOpening)).one().opened_at == first
    again = link_of(world, clock, work_id, a_letter(world, "head").id)
    links.note_opening(again, secret=SECRET, at=clock.now)
    assert db.session.scalar(select(func.count(LinkOpening.id))) == 2


def test_a_letter_that_was_never_made_has_no_opening(world, clock, work_id, letter_id):
    forecast = link_of(world, clock, work_id, 0)
    links.note_opening(forecast, secret=SECRET, at=clock.now)
    tick(forecast, clock)
    assert db.session.scalar(select(func.count(LinkOpening.id))) == 0


def test_turns_are_counted_for_many_at_once(world, clock, work_id):
    assert turns(db.session, [work_id, work_id + 1]) == {}
    work.tick(world.actor("officer"), work_id, GIVEN, at=clock.now)
    work.take_back(world.actor("officer"), work_id, at=clock.now)
    work.tick(world.actor("officer"), work_id, GIVEN, at=clock.now)
    assert turns(db.session, [work_id, work_id + 1]) == {work_id: 2}
