"""People, roles, contacts, absences and the staff change, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.web.conftest import PLAN
from tracker.access import OPERATOR, Actor
from tracker.errors import Forbidden, Invalid, NotFound, Refused, TrackerError
from tracker.extensions import db
from tracker.services import (
    absences,
    accounts,
    feeds,
    plans,
    publish,
    review,
    show_review,
    show_staff,
    show_units,
    show_work,
    staff,
    work,
)
from tracker.services.absences import Leave
from tracker.services.staff_change import Change, change_staff, preview_change
from tracker.services.staff_parts import Entered
from tracker.services.work import Given
from tracker.store.models import Absence, Committee, Contact, Fact, Letter, Notice, Person, Role
from tracker.store.queries import notices

pytestmark = pytest.mark.usefixtures("app")

TODAY = date(2026, 5, 12)
SECRET = "khoa-chi-de-thu-nghiem-khong-dung-that"
NEW = Entered("Hoàng Gia Linh", "linh@sonthanh.example", "024 3936 1234")


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def now_of(who: str, world: Any, clock: Any) -> Actor:
    """The person as they would be let in at this moment."""
    actor = accounts.actor_of(world.people[who], at=clock.now)
    assert actor is not None
    return actor


def deeds() -> list[str]:
    return list(db.session.scalars(select(Fact.deed).order_by(Fact.id)))


@pytest.fixture
def add(app, world, clock):
    """`add("Tên", "dia@chi", role, unit)` adds somebody as the manager would; returns their id."""

    def one(name: str, email: str, role: str = "officer", unit: int | None = None) -> int:
        return staff.add_person(
            world.actor("manager"),
            world.committee,
            Entered(name, email),
            role=role,
            unit_id=unit or world.tan_lap,
            begins=None,
            at=clock.now,
        )

    return one


@pytest.fixture
def planned(app, world, clock):
    """The little plan published on 16/1/2026; today is 12/5/2026."""
    today, at = clock.now, clock.day(2026, 1, 16)
    coordinator = world.actor("coordinator")
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, version, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.now = today
    rows = show_units.unit_work(world.actor("officer"), world.tan_lap, at=today)
    return [row.id for _code, found in rows.groups for row in found]


# People and roles


def test_a_person_added_by_hand_has_the_role_from_today(world, clock, add):
    person_id = add("Hoàng Gia Linh", " Linh@SonThanh.example ")
    actor = accounts.actor_of(person_id, at=clock.now)
    assert actor is not None
    assert actor.units("officer") == {world.tan_lap}
    assert db.session.get_one(Person, person_id).email == "linh@sonthanh.example"
    assert deeds() == ["person-added"]


@pytest.fixture
def neighbour(app, clock):
    """Somebody of the province, where they are viewer; returns the person's id."""
    province = Committee(name="UBND tỉnh Hà Sơn", created_at=clock.now)
    one = Person(name="Bùi Thu Trang", email="trang@hason.example", phone="024 111", created_at=clock.now)
    db.session.add(province)
    db.session.flush()
    one.roles.append(Role(role="viewer", committee_id=province.id))
    db.session.add(one)
    db.session.commit()
    return one.id


def test_who_is_known_elsewhere_gets_the_role_and_keeps_name_and_telephone(world, clock, neighbour):
    entered = Entered("Bùi Thị Trang", "Trang@hason.example", "024 222")
    given = staff.add_person(
        world.actor("manager"),
        world.committee,
        entered,
        role="officer",
        unit_id=world.tan_lap,
        begins=None,
        at=clock.now,
    )
    assert given == neighbour
    one = db.session.get_one(Person, neighbour)
    assert (one.name, one.phone) == ("Bùi Thu Trang", "024 111")
    assert accounts.actor_of(neighbour, at=clock.now).units("officer") == {world.tan_lap}
    assert deeds() == ["role-added"]


def test_an_account_that_was_closed_elsewhere_is_not_opened_from_here(world, clock, neighbour):
    db.session.get_one(Person, neighbour).active = False
    db.session.commit()
    with pytest.raises(Refused, match="cơ quan khác"):
        staff.add_person(
            world.actor("manager"),
            world.committee,
            Entered("Bùi Thu Trang", "trang@hason.example"),
            role="officer",
            unit_id=world.tan_lap,
            begins=None,
            at=clock.now,
        )
    assert deeds() == []


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        (Entered("Hoàng Gia Linh", ""), "no-email"),
        (Entered("Hoàng Gia Linh", "linh.sonthanh"), "bad-email"),
        (Entered("Hoàng Gia Linh", "OTHER@sonthanh.example"), "email-taken"),
        (Entered("  ", "linh@sonthanh.example"), "no-name"),
        (Entered("Hoàng Gia Linh", "linh@sonthanh.example", "gọi buổi sáng"), "bad-phone"),
    ],
)
def test_what_cannot_be_a_person_is_refused_in_words_and_leaves_nothing(world, clock, entered, code):
    with pytest.raises(Invalid, match=r"[Xx]in") as refusal:
        staff.add_person(
            world.actor("manager"),
            world.committee,
            entered,
            role="officer",
            unit_id=world.tan_lap,
            begins=None,
            at=clock.now,
        )
    assert refusal.value.code == code
    assert deeds() == []


def test_a_unit_role_needs_a_unit_and_admin_is_nobodys_to_give(world, clock):
    for role, code in (("officer", "no-unit"), ("admin", "role")):
        with pytest.raises(Invalid) as refusal:
            staff.add_person(
                world.actor("manager"),
                world.committee,
                NEW,
                role=role,
                unit_id=None,
                begins=None,
                at=clock.now,
            )
        assert refusal.value.code == code


def test_a_role_ends_and_whoever_comes_back_has_it_again_with_both_times_in_the_history(world, clock):
    manager, person_id = world.actor("manager"), world.people["other"]
    role_id = db.session.scalar(select(Role.id).where(Role.person_id == person_id))
    staff.end_role(manager, role_id, last_day=day(-1), at=clock.now)
    assert now_of("other", world, clock).grants == ()

    later = clock.now + timedelta(days=30)
    again: dict[str, Any] = {"role": "officer", "unit_id": world.binh_minh, "begins": None, "at": later}
    staff.add_role(manager, person_id, world.committee, **again)
    actor = accounts.actor_of(person_id, at=later)
    assert actor is not None
    assert actor.units() == {world.binh_minh}
    with pytest.raises(Refused, match="đang giữ vai trò này"):
        staff.add_role(manager, person_id, world.committee, **again)
    facts = list(db.session.scalars(select(Fact).where(Fact.thing == "person").order_by(Fact.id)))
    assert facts[0].after["valid_to"] == facts[1].before["valid_to"] == "2026-05-11"


def test_a_role_does_not_end_before_it_began(world, clock, add):
    role_id = db.session.scalar(select(Role.id).where(Role.person_id == add("Linh", "linh@sonthanh.example")))
    with pytest.raises(Invalid) as refusal:
        staff.end_role(world.actor("manager"), role_id, last_day=day(-3), at=clock.now)
    assert refusal.value.code == "end-before-start"


def test_a_closed_account_is_out_at_once_and_opened_again_needs_a_new_password(world, clock):
    manager, person_id = world.actor("manager"), world.people["officer"]
    epoch = accounts.epoch_of(person_id)
    link = accounts.password_link(manager, person_id, secret=SECRET, at=clock.now)
    staff.set_active(manager, person_id, False, at=clock.now)
    assert accounts.actor_of(person_id, at=clock.now, epoch=epoch) is None
    staff.set_active(manager, person_id, True, at=clock.now)
    assert accounts.actor_of(person_id, at=clock.now, epoch=epoch) is None
    assert db.session.get_one(Person, person_id).password_hash == ""
    with pytest.raises(NotFound):
        accounts.person_of_link(link, secret=SECRET)


def test_managers_do_not_shut_themselves_out(world, clock):
    manager = world.actor("manager")
    role_id = db.session.scalar(select(Role.id).where(Role.person_id == manager.id))
    with pytest.raises(Refused):
        staff.set_active(manager, manager.id, False, at=clock.now)
    with pytest.raises(Refused):
        staff.end_role(manager, role_id, last_day=TODAY, at=clock.now)


def test_a_unit_without_anybody_is_a_doubt(world, clock, planned):
    silent = {
        one.unit.id: one.open_work
        for one in show_staff.silent_units(world.actor("manager"), world.committee, at=clock.now)
    }
    assert silent[world.phu_hoa] > 0
    assert silent[world.culture] == 0
    assert world.tan_lap not in silent
    assert world.justice not in silent
    staff.set_active(world.actor("manager"), world.people["other"], False, at=clock.now)
    now_silent = show_staff.silent_units(world.actor("manager"), world.committee, at=clock.now)
    assert world.binh_minh in {one.unit.id for one in now_silent if one.open_work}


# Contacts


def test_contacts_are_added_changed_and_removed(world, clock):
    head = world.actor("head")
    one = staff.add_contact(
        head, world.tan_lap, "head", Entered("Trần Quốc Bảo", "", "024 123"), at=clock.now
    )
    staff.set_mailbox(head, world.tan_lap, "vp@tanlap.example", at=clock.now)
    with pytest.raises(Refused, match="người đứng đầu"):
        staff.add_contact(head, world.tan_lap, "head", NEW, at=clock.now)
    staff.change_contact(head, one, "deputy", NEW, at=clock.now)
    [row] = show_staff.contacts(head, world.tan_lap)
    assert (row.duty, row.name) == ("deputy", "Hoàng Gia Linh")
    staff.remove_contact(head, one, at=clock.now)
    assert show_staff.contacts(head, world.tan_lap) == ()
    assert deeds() == ["contact-added", "mailbox-changed", "contact-changed", "contact-removed"]


def test_a_contact_without_any_address_is_refused(world, clock):
    with pytest.raises(Invalid, match="thư điện tử hoặc số điện thoại"):
        staff.add_contact(world.actor("head"), world.tan_lap, "officer", Entered("Linh", ""), at=clock.now)


# Absences


def leave(world: Any, clock: Any, who: str, deputy: int, first: int, last: int, actor: str = "") -> int:
    wanted = Leave(world.people[who], deputy, world.tan_lap, day(first), day(last), "nghỉ phép")
    return absences.set_absence(world.actor(actor or who), wanted, at=clock.now)


def test_a_deputy_does_the_work_on_those_days_and_history_names_who_acted(world, clock, planned):
    leave(world, clock, "officer", world.people["other"], 0, 2)
    deputy = now_of("other", world, clock)
    assert deputy.units() == {world.tan_lap, world.binh_minh}
    assert [g.acting_for for g in deputy.grants] == ["", "Nguyễn Thu Hằng"]
    work.tick(deputy, planned[0], Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    page = show_work.work_page(deputy, planned[0], at=clock.now)
    assert page.submissions[0].person_name == "Lê Thị Mai"
    after = clock.day(2026, 5, 15)
    assert accounts.actor_of(world.people["other"], at=after).units() == {world.binh_minh}


def test_letters_go_to_the_deputy_and_come_back(world, clock, planned):
    absence = leave(world, clock, "officer", world.people["other"], 0, 2)
    officer, other = world.people["officer"], world.people["other"]

    def told(person: int, on: date) -> set[int]:
        units = notices.parts(db.session, [person], on)[person].units
        return {row.holder_id for rows in notices.digest_rows(db.session, units, on).values() for row in rows}

    assert notices.teams(db.session, TODAY, [world.tan_lap])[world.tan_lap]["officer"] == (other,)
    assert told(other, TODAY) == {world.tan_lap, world.binh_minh}
    assert told(officer, TODAY) == set()
    assert notices.teams(db.session, day(3), [world.tan_lap])[world.tan_lap]["officer"] == (officer,)
    assert told(officer, day(3)) == {world.tan_lap}
    absences.cancel_absence(world.actor("officer"), absence, at=clock.now)
    assert told(officer, TODAY) == {world.tan_lap}
    assert told(other, TODAY) == {world.binh_minh}


def test_what_the_committee_gave_to_a_person_is_not_lent(world, clock):
    manager, leader = world.actor("manager"), world.people["leader"]
    with pytest.raises(Invalid, match="không có việc để làm thay"):
        absences.set_absence(manager, Leave(leader, world.people["other"], None, TODAY, day(2)), at=clock.now)


@pytest.mark.parametrize(
    ("first", "last", "deputy", "code"),
    [
        (3, 1, "other", "end-before-start"),
        (-1, 1, "other", "past"),
        (0, 700, "other", "too-long"),
        (0, 1, "officer", "own-deputy"),
    ],
)
def test_days_and_deputies_that_cannot_be_are_refused(world, clock, first, last, deputy, code):
    with pytest.raises(Invalid, match="Xin") as refusal:
        leave(world, clock, "officer", world.people[deputy], first, last)
    assert refusal.value.code == code


def test_absences_neither_overlap_nor_form_chains(world, clock, add):
    third = add("Bùi Văn Nam", "nam@sonthanh.example")
    leave(world, clock, "officer", world.people["head"], 1, 5)

    def code(who: int, deputy: int, first: int, last: int) -> str:
        with pytest.raises(Refused, match="Xin") as refusal:
            absences.set_absence(
                world.actor("manager"), Leave(who, deputy, None, day(first), day(last)), at=clock.now
            )
        return refusal.value.code

    assert code(world.people["officer"], third, 5, 8) == "overlap"
    assert code(third, world.people["officer"], 3, 3) == "deputy-away"
    assert code(world.people["head"], third, 0, 1) == "chain"
    leave(world, clock, "officer", third, 6, 8)


def test_a_deputy_must_be_of_the_committee_and_able_to_log_in(world, clock, add):
    third = add("Bùi Văn Nam", "nam@sonthanh.example")
    staff.set_active(world.actor("manager"), third, False, at=clock.now)
    with pytest.raises(Invalid) as refusal:
        leave(world, clock, "officer", third, 0, 1)
    assert refusal.value.code == "deputy-unknown"


# The staff change


def change(world: Any, **other: Any) -> Change:
    given = {"unit_id": world.tan_lap, "old_id": world.people["officer"], "day": TODAY, "entered": NEW}
    return Change(**(given | other))


def test_one_form_moves_everything_and_history_keeps_the_old_name(world, clock, planned):
    manager, old = world.actor("manager"), world.people["officer"]
    work.tick(world.actor("officer"), planned[0], Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    contact = staff.add_contact(
        manager,
        world.tan_lap,
        "officer",
        Entered("Nguyễn Thu Hằng", "officer@sonthanh.example"),
        at=clock.now,
    )
    calendar = feeds.feed_url_token(world.actor("officer"), world.tan_lap, secret=SECRET, at=clock.now)
    link = accounts.password_link(manager, old, secret=SECRET, at=clock.now)
    epoch = accounts.epoch_of(old)
    letter = a_letter(old, world, clock, planned[1])
    leave(world, clock, "officer", world.people["head"], 3, 4)

    seen = preview_change(manager, change(world), at=clock.now)
    assert (seen.roles, seen.open_work, seen.letters) == (("officer",), len(planned) - 1, 1)
    assert seen.renews_calendar
    assert seen.closes
    assert len(seen.absences) == len(seen.contacts) == 1
    assert accounts.epoch_of(old) == epoch, "a preview changes nothing"

    new = change_staff(manager, change(world), secret=SECRET, at=clock.now)
    assert accounts.actor_of(old, at=clock.now, epoch=epoch) is None
    assert not db.session.get_one(Person, old).active
    with pytest.raises(NotFound):
        accounts.person_of_link(link, secret=SECRET)
    assert feeds.feed_of(calendar, at=clock.now) is None
    assert db.session.get_one(Letter, letter).state == "withdrawn"
    assert db.session.scalar(select(Absence.cancelled_at)) is not None
    moved = db.session.get_one(Contact, contact)
    assert (moved.name, moved.email, moved.person_id) == ("Hoàng Gia Linh", "linh@sonthanh.example", new)

    actor = accounts.actor_of(new, at=clock.now)
    assert actor is not None
    rows = show_units.unit_work(actor, world.tan_lap, at=clock.now)
    assert {row.id for _code, found in rows.groups for row in found} == set(planned)
    work.tick(actor, planned[1], Given(text="16/BC-UBND ngày 12/5/2026"), at=clock.now)
    names = [show_work.work_page(actor, one, at=clock.now).submissions[0].person_name for one in planned[:2]]
    assert names == ["Nguyễn Thu Hằng", "Hoàng Gia Linh"]
    assert "staff-changed" in deeds()


def a_letter(person: int, world: Any, clock: Any, assignment: int) -> int:
    letter = Letter(
        key=f"digest:{person}:2026-05-12",
        kind="digest",
        committee_id=world.committee,
        person_id=person,
        address="officer@sonthanh.example",
        day=TODAY,
        next_try_at=clock.now,
        created_at=clock.now,
    )
    letter.notices.append(
        Notice(assignment_id=assignment, person_id=person, step="soon", due_on=TODAY, decided_at=clock.now)
    )
    db.session.add(letter)
    db.session.commit()
    return letter.id


def test_somebody_who_stays_elsewhere_keeps_the_account_and_is_told_again(world, clock, planned):
    manager, old = world.actor("manager"), world.people["officer"]
    staff.add_role(
        manager, old, world.committee, role="officer", unit_id=world.binh_minh, begins=None, at=clock.now
    )
    letter = a_letter(old, world, clock, planned[1])
    seen = preview_change(manager, change(world), at=clock.now)
    assert (seen.roles_left, seen.closes) == (1, False)
    change_staff(manager, change(world), secret=SECRET, at=clock.now)
    actor = now_of("officer", world, clock)
    assert actor.units() == {world.binh_minh}
    assert db.session.get_one(Letter, letter).state == "withdrawn"
    assert db.session.scalar(select(Notice)) is None, "what was not sent is owed again"


def test_a_colleague_takes_over_and_the_old_account_may_stay_open(world, clock):
    manager = world.actor("manager")
    wanted = change(world, new_id=world.people["other"], entered=None, close=False)
    change_staff(manager, wanted, secret=SECRET, at=clock.now)
    assert now_of("other", world, clock).units() == {world.tan_lap, world.binh_minh}
    assert now_of("officer", world, clock).grants == ()


def test_whoever_left_may_take_over_again(world, clock):
    manager, old = world.actor("manager"), world.people["officer"]
    new = change_staff(manager, change(world), secret=SECRET, at=clock.now)
    later = clock.now + timedelta(days=40)
    back = change(world, old_id=new, new_id=old, entered=None, day=day(40))
    assert preview_change(manager, back, at=later).reopens
    change_staff(manager, back, secret=SECRET, at=later)
    actor = accounts.actor_of(old, at=later)
    assert actor is not None
    assert actor.units("officer") == {world.tan_lap}
    assert accounts.actor_of(new, at=later) is None


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"day": day(3)}, "future"),
        ({"day": day(-700)}, "past"),
        ({"new_id": "officer"}, "same-person"),
        ({"old_id": "other"}, "no-role"),
        ({"entered": None}, "nobody"),
        ({"entered": Entered("Linh", "")}, "no-email"),
        ({"entered": Entered("Linh", "head@sonthanh.example")}, "email-taken"),
    ],
)
def test_a_change_that_cannot_be_is_refused_before_and_at_the_deed(world, clock, other, code):
    manager = world.actor("manager")
    wanted = change(
        world, **{k: world.people.get(v, v) if isinstance(v, str) else v for k, v in other.items()}
    )
    for deed in (preview_change, lambda *a, at: change_staff(*a, secret=SECRET, at=at)):
        with pytest.raises(TrackerError, match=r"[Xx]in") as refusal:
            deed(manager, wanted, at=clock.now)
        assert refusal.value.code == code
    assert deeds() == []


# Rights


def test_only_who_manages_changes_people(world, clock):
    for who in ("coordinator", "head", "officer", "leader"):
        actor = world.actor(who)
        with pytest.raises(Forbidden):
            preview_change(actor, change(world), at=clock.now)
        with pytest.raises(Forbidden):
            staff.correct_person(actor, world.people["other"], NEW, at=clock.now)
        with pytest.raises(Forbidden):
            staff.set_active(actor, world.people["other"], False, at=clock.now)
    staff.correct_person(OPERATOR, world.people["other"], NEW, at=clock.now)


def test_contacts_belong_to_the_head_of_that_unit_and_the_manager(world, clock):
    staff.set_mailbox(world.actor("manager"), world.binh_minh, "vp@binhminh.example", at=clock.now)
    for who in ("head", "officer", "coordinator"):
        with pytest.raises(Forbidden):
            staff.set_mailbox(world.actor(who), world.binh_minh, "", at=clock.now)


def test_absence_is_said_by_oneself_the_head_or_the_manager(world, clock):
    for who in ("other", "coordinator", "leader"):
        with pytest.raises(Forbidden):
            leave(world, clock, "officer", world.people["other"], 0, 1, who)
    one = leave(world, clock, "officer", world.people["other"], 0, 1, "head")
    with pytest.raises(Forbidden):
        absences.cancel_absence(world.actor("other"), one, at=clock.now)
    absences.cancel_absence(world.actor("manager"), one, at=clock.now)


def test_a_head_does_not_lend_roles_of_other_units(world, clock):
    manager, officer = world.actor("manager"), world.people["officer"]
    staff.add_role(
        manager, officer, world.committee, role="officer", unit_id=world.binh_minh, begins=None, at=clock.now
    )
    with pytest.raises(Forbidden):
        absences.set_absence(
            world.actor("head"), Leave(officer, world.people["head"], None, TODAY, TODAY), at=clock.now
        )
