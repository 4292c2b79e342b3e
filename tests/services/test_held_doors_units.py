"""What an attacker or bad luck tried on units, reorganisations and people: two at a time, foreign rows, deeds in
between, forms that no page of ours sends."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from tests.services.test_succession import (
    PLAN,
    SECRET,
    carried_out,
    dump,
    held,
    merge,
    plan,
    unit_named,
)
from tracker.access import Actor, Grant
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import (
    absences,
    groups,
    plans,
    publish,
    review,
    show_review,
    show_staff,
    staff,
    staff_change,
    succession,
    units,
    work,
)
from tracker.services import succession_steps as steps
from tracker.services.absences import Leave
from tracker.services.groups import Said
from tracker.services.staff_parts import Entered
from tracker.services.succession_proposal import Choices
from tracker.services.units import Entry
from tracker.services.work import Given
from tracker.store.models import (
    Assignment,
    Committee,
    Contact,
    Fact,
    Person,
    Role,
    Unit,
    UnitVersion,
)
from tracker.units.succession import Change, Heir, Known, faults

__all__ = ["plan"]
MAY = date(2026, 5, 1)


@pytest.fixture
def foreign(app, world):
    """A unit of another committee."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    other = Committee(name="UBND huyện Hạ Lâm", created_at=now)
    db.session.add(other)
    db.session.flush()
    unit = Unit(committee_id=other.id, code="X", created_at=now)
    unit.versions.append(UnitVersion(ordinal=1, name="Phòng Nội vụ Hạ Lâm", kind="office"))
    db.session.add(unit)
    db.session.commit()
    return unit.id


def undo(world, change_id, clock):
    succession.undo(world.actor("manager"), change_id, at=clock.now)


def merged_into(world, unit, heir, clock):
    change = Change(kind="merged", units=(unit,), on=MAY, heirs=(Heir(unit_id=heir),))
    return carried_out(world, change, clock.now)


# What a form may say


def test_no_unit_comes_to_stand_under_another_committee(world, clock, plan, foreign):
    moved = Change(kind="moved", units=(world.culture,), on=MAY, heirs=(Heir(parent_id=foreign),))
    made = merge(world, heirs=(Heir(name="UBND xã Tân Bình", code="TB", parent_id=foreign),))
    for change in (moved, made):
        with pytest.raises(Invalid):
            carried_out(world, change, clock.now)


@pytest.mark.parametrize("above", [0, 987_654, 10**20])
def test_no_unit_comes_to_stand_under_one_that_is_not_there(world, clock, plan, above):
    moved = Change(kind="moved", units=(world.culture,), on=MAY, heirs=(Heir(parent_id=above),))
    with pytest.raises(Invalid):
        carried_out(world, moved, clock.now)


@pytest.mark.parametrize(
    "second", [Heir(name="Phòng Hai", code="a", function="y"), Heir(name="PHÒNG MỘT", code="B", function="y")]
)
def test_two_new_units_of_one_code_or_name_are_refused(world, clock, plan, second):
    heirs = (Heir(name="Phòng Một", code="A", function="x"), second)
    with pytest.raises(Invalid):
        carried_out(world, Change(kind="split", units=(world.culture,), on=MAY, heirs=heirs), clock.now)


def test_a_reorganisation_before_any_office_was_is_refused(world, clock, plan):
    with pytest.raises(Invalid):
        carried_out(world, merge(world, on=date(1, 1, 1)), clock.now)


@pytest.mark.parametrize("wrong", [{"kind": "k" * 100}, {"level": "hành tinh"}])
def test_a_new_unit_is_of_a_known_kind_and_level(world, clock, plan, wrong):
    with pytest.raises(Invalid):
        carried_out(
            world, merge(world, heirs=(Heir(name="UBND xã Tân Bình", code="TB", **wrong),)), clock.now
        )


# Undoing after other deeds


def below(world, clock, parent):
    entry = Entry("Trạm Y tế xã Tân Lập", kind="agency", parent_id=parent)
    return units.add(world.actor("manager"), world.committee, entry, since=None, at=clock.now)


def test_a_unit_below_that_was_merged_since_holds_the_undoing(world, clock, plan):
    station = below(world, clock, world.tan_lap)
    first = carried_out(world, merge(world), clock.now)
    heirs = (Heir(unit_id=world.education),)
    second = Change(kind="merged", units=(station,), on=date(2026, 5, 10), heirs=heirs)
    second_id = carried_out(world, second, clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)
    undo(world, second_id, clock)
    undo(world, first, clock)


def test_a_unit_below_that_was_corrected_since_holds_the_undoing(world, clock, plan):
    station = below(world, clock, world.tan_lap)
    first = carried_out(world, merge(world), clock.now)
    entry = Entry("Trạm Y tế Tân Bình", kind="agency", parent_id=unit_named("UBND xã Tân Bình"))
    units.correct(world.actor("manager"), station, entry, at=clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)


def test_a_new_name_that_was_corrected_since_is_not_wiped_out(world, clock, plan):
    renamed = Change(kind="renamed", units=(world.culture,), on=MAY, heirs=(Heir(name="Phòng Văn hoá"),))
    first = carried_out(world, renamed, clock.now)
    units.correct(world.actor("manager"), world.culture, Entry("Phòng Văn hóa xã hội"), at=clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)


@pytest.mark.parametrize("deed", ["change", "remove"])
def test_a_group_that_was_changed_or_removed_since_is_not_put_back(world, clock, plan, deed):
    manager, day = world.actor("manager"), date(2026, 5, 12)
    said = Said("Các đơn vị của xã Tân Lập", {"parent_id": world.tan_lap})
    group = groups.add(manager, world.committee, said, day=day, empty=True, at=clock.now)
    first = carried_out(world, merge(world), clock.now)
    if deed == "remove":
        groups.remove(manager, group, at=clock.now)
    else:
        groups.change(manager, group, Said(said.name, {"kind": "office"}), day=day, at=clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)


def test_a_group_that_names_the_new_unit_holds_it(world, clock, plan):
    first = carried_out(world, merge(world), clock.now)
    said = Said("Các đơn vị của xã Tân Bình", {"parent_id": unit_named("UBND xã Tân Bình")})
    groups.add(world.actor("manager"), world.committee, said, day=date(2026, 5, 12), empty=True, at=clock.now)
    with pytest.raises(Refused, match="nhóm"):
        undo(world, first, clock)


def test_a_contact_that_was_removed_since_stays_removed(world, clock, plan):
    head = Contact(unit_id=world.tan_lap, duty="head", name="Trần Quốc Bảo", person_id=world.people["head"])
    db.session.add(head)
    db.session.commit()
    contact_id = head.id
    first = carried_out(world, merge(world), clock.now)
    staff.remove_contact(world.actor("manager"), contact_id, at=clock.now)
    undo(world, first, clock)
    assert db.session.get(Contact, contact_id) is None


def test_somebody_away_from_the_new_unit_holds_it(world, clock, plan):
    first = carried_out(world, merge(world), clock.now)
    officer, head = world.people["officer"], world.people["head"]
    days = (date(2026, 5, 13), date(2026, 5, 14))
    leave = Leave(officer, head, unit_named("UBND xã Tân Bình"), *days)
    absences.set_absence(world.actor("manager"), leave, at=clock.now)
    with pytest.raises(Refused, match="vắng mặt"):
        undo(world, first, clock)


def test_a_person_replaced_since_does_not_come_back_by_undoing(world, clock, plan):
    first = merged_into(world, world.tan_lap, world.binh_minh, clock)
    entered = Entered("Ngô Thị Sen", "sen@sonthanh.example")
    change = staff_change.Change(world.binh_minh, world.people["officer"], date(2026, 5, 12), entered=entered)
    staff_change.change_staff(world.actor("manager"), change, secret=SECRET, at=clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)


def test_a_role_ended_since_does_not_come_back_by_undoing(world, clock, plan):
    first = merged_into(world, world.tan_lap, world.binh_minh, clock)
    query = select(Role.id).where(Role.person_id == world.people["officer"], Role.unit_id == world.binh_minh)
    staff.end_role(world.actor("manager"), db.session.scalar(query), last_day=date(2026, 5, 12), at=clock.now)
    with pytest.raises(Refused):
        undo(world, first, clock)


@pytest.mark.parametrize("step", ["hand_over", "move_roles", "end_feeds", "regroup", "note_versions"])
def test_a_fault_in_the_middle_leaves_nothing_half_done(world, clock, plan, step, monkeypatch):
    before = dump()

    def broken(*_given, **_named):
        raise RuntimeError(step)

    monkeypatch.setattr(steps, step, broken)
    with pytest.raises(RuntimeError, match=step):
        carried_out(world, merge(world), clock.now)
    assert dump() == before
    assert db.session.query(Fact).filter_by(deed="reorganised").count() == 0


# Two at a time


def at_once(app, *deeds):
    """Run the deeds in threads that start together; returns what each raised."""
    gate = threading.Barrier(len(deeds))
    raised: list[Exception | None] = [None] * len(deeds)
    db.session.rollback()

    def run(place, deed):
        with app.app_context():
            gate.wait()
            try:
                deed()
            except Exception as error:
                raised[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return raised


def in_words(raised):
    return all(error is None or isinstance(error, (Invalid, Refused, Forbidden)) for error in raised)


def left_behind():
    """Open work of units that are over, and units with a version after their end."""
    last = {}
    for version in db.session.scalars(select(UnitVersion).order_by(UnitVersion.unit_id, UnitVersion.ordinal)):
        before = last.get(version.unit_id)
        assert before is None or (before.valid_to and before.valid_to < version.valid_from)
        last[version.unit_id] = version
    over = [unit_id for unit_id, version in last.items() if version.valid_to is not None]
    query = select(func.count()).select_from(Assignment)
    return db.session.scalar(query.where(Assignment.holder_id.in_(over), Assignment.state == "open"))


def prepared(world, clock, change):
    """The deed of carrying it out as it stands now."""
    manager, at = world.actor("manager"), clock.now
    stamp = succession.propose(manager, world.committee, change, at=at).stamp
    return lambda: succession.carry_out(manager, world.committee, change, Choices(), stamp, at=at)


def test_of_two_reorganisations_in_a_chain_both_or_one_hold(app, world, clock, plan):
    first = Change(kind="merged", units=(world.tan_lap,), on=MAY, heirs=(Heir(unit_id=world.binh_minh),))
    second = Change(kind="merged", units=(world.binh_minh,), on=MAY, heirs=(Heir(unit_id=world.phu_hoa),))
    raised = at_once(app, prepared(world, clock, first), prepared(world, clock, second))
    assert in_words(raised)
    assert left_behind() == 0


def test_of_four_who_undo_at_once_one_does(app, world, clock, plan):
    change_id, manager = carried_out(world, merge(world), clock.now), world.actor("manager")
    raised = at_once(app, *[lambda: succession.undo(manager, change_id, at=clock.now)] * 4)
    assert in_words(raised)
    assert raised.count(None) == 1


def test_a_unit_renamed_while_it_is_merged_has_one_end(app, world, clock, plan):
    manager, at = world.actor("manager"), clock.now
    entry = Entry("UBND xã Tân Lập Mới", kind="commune", place="Sơn Thanh")
    rename = lambda: units.change_from(manager, world.tan_lap, entry, since=date(2026, 5, 5), at=at)  # noqa: E731
    assert in_words(at_once(app, prepared(world, clock, merge(world)), rename))
    assert left_behind() == 0


def test_a_tick_while_its_unit_is_merged_ends_in_words(app, world, clock, plan):
    query = select(Assignment.id).where(Assignment.unit_id == world.tan_lap, Assignment.due_on.is_not(None))
    work_id, officer, at = db.session.scalar(query), world.actor("officer"), clock.now
    given = Given(text="15/BC-UBND ngày 10/5/2026")
    tick = lambda: work.tick(officer, work_id, given, at=at)  # noqa: E731
    assert in_words(at_once(app, prepared(world, clock, merge(world)), tick))
    assert left_behind() == 0


def test_work_published_while_its_units_are_merged_is_with_the_successor(app, world, clock):
    coordinator, at = world.actor("coordinator"), clock.now
    text = PLAN.replace("16/5/2026", "16/11/2026").encode()
    version = plans.import_plan(coordinator, world.committee, world.justice, "12-kh.txt", text, at=at)
    page = show_review.review(coordinator, version, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, version, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, version, at=at)
    seen = page.row_version
    publishing = lambda: publish.publish(coordinator, version, row_version=seen, at=at)  # noqa: E731
    assert in_words(at_once(app, prepared(world, clock, merge(world)), publishing))
    assert left_behind() == 0
    assert held(world.culture) > 0


# People of two committees


def test_a_closed_account_is_not_opened_by_a_change_of_staff_where_another_committee_closed_it(
    world, clock, foreign
):
    other = db.session.get(Unit, foreign).committee_id
    guest = Person(name="Hồ Văn Tám", email="tam@halam.example", active=False, created_at=clock.now)
    guest.roles.append(Role(role="coordinator", committee_id=other, unit_id=foreign))
    guest.roles.append(Role(role="viewer", committee_id=world.committee, valid_to=date(2026, 3, 1)))
    db.session.add(guest)
    db.session.commit()
    change = staff_change.Change(world.tan_lap, world.people["officer"], date(2026, 5, 12), new_id=guest.id)
    manager = world.actor("manager")
    with pytest.raises(Forbidden):
        staff_change.preview_change(manager, change, at=clock.now)
    with pytest.raises(Forbidden):
        staff_change.change_staff(manager, change, secret=SECRET, at=clock.now)
    assert not db.session.get(Person, guest.id, populate_existing=True).active
    both = Actor(manager.id, manager.name, (*manager.grants, Grant("manager", other)))
    staff_change.change_staff(both, change, secret=SECRET, at=clock.now)
    assert db.session.get(Person, guest.id, populate_existing=True).active


# Very many, and numbers that no page of ours sends


def test_a_change_of_three_thousand_units_is_judged_at_once():
    everyone = range(1, 3001)
    known = {n: Known(n, f"UBND xã số {n}", f"X{n}") for n in everyone}
    change = Change(kind="merged", units=tuple(everyone), on=MAY, heirs=(Heir(name="UBND tỉnh", code="T"),))
    begin = time.process_time()
    assert faults(change, known, date(2026, 5, 12)) == []
    assert sum(n in change.ended for n in everyone) == 3000
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20, str(2**31), "0", "-1", "²"])
def test_an_id_that_no_database_can_hold_is_none(app, signed_in, world, number):
    client = signed_in("manager")
    page = client.get("/tai-khoan").get_data(as_text=True)
    token = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]}
    unit, officer, head = str(world.tan_lap), str(world.people["officer"]), str(world.people["head"])
    staff_form = {"name": "Ngô Thị Sen", "email": "sen@sonthanh.example", "day": "12/5/2026"}
    days = {"starts_on": "13/5/2026", "ends_on": "14/5/2026"}
    for address, form in (
        ("/don-vi/them", {"ten": "Phòng Mới", "loai": "office", "thuoc": number}),
        ("/don-vi/nhom/them", {"name": "Nhóm", "how": "rule", "parent": number}),
        ("/don-vi/nhom/them", {"name": "Nhóm", "how": "list", "member": number, "exceptions": number}),
        ("/don-vi/sap-xep/xem", {"kieu": "merged", "on": "1/5/2026", "unit": number, "heir-0-unit": unit}),
        ("/don-vi/sap-xep/xem", {"kieu": "merged", "on": "1/5/2026", "unit": unit, "heir-0-unit": number}),
        ("/don-vi/sap-xep/xem", {"kieu": "moved", "on": "1/5/2026", "unit": unit, "heir-0-parent": number}),
        ("/nguoi-dung/them", staff_form | {"role": "officer", "don-vi": number}),
        ("/nguoi-dung/thay-nguoi", staff_form | {"don-vi": number, "nguoi": officer}),
        ("/nguoi-dung/thay-nguoi", staff_form | {"don-vi": unit, "nguoi": number}),
        ("/vang-mat", days | {"don-vi": unit, "nguoi": officer, "deputy": number}),
        ("/vang-mat", days | {"don-vi": unit, "nguoi": number, "deputy": head}),
    ):
        assert client.post(address, data=form | token).status_code < 500, (address, form)


def test_a_nul_in_a_second_value_of_a_field_is_refused(sqlite_app, signed_in, world):
    answer = signed_in("manager").get("/don-vi", query_string={"tim": ["phòng", "\x00"]})
    assert answer.status_code == 400


def test_a_person_page_tells_nothing_that_another_committee_did(world, clock, foreign):
    other, officer = db.session.get(Unit, foreign).committee_id, world.people["officer"]
    db.session.add(Role(person_id=officer, role="viewer", committee_id=other))
    db.session.commit()
    stranger = Actor(99, "Quản lý nơi khác", (Grant("manager", other),))
    staff.add_role(
        world.actor("manager"),
        officer,
        world.committee,
        role="officer",
        unit_id=world.culture,
        begins=None,
        at=clock.now,
    )
    assert show_staff.person_page(stranger, other, officer, at=clock.now).facts == ()
    ours = show_staff.person_page(world.actor("manager"), world.committee, officer, at=clock.now)
    assert [fact.deed for fact in ours.facts] == ["role-added"]
