"""Units one by one: added, corrected, named otherwise from a day on; refusals say the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracker.access import OPERATOR
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import units
from tracker.services.units import Entry
from tracker.store.models import Alias, Fact, Unit
from tracker.store.queries.units import names
from tracker.units.matching import key

pytestmark = pytest.mark.usefixtures("app")
JUNE = date(2026, 6, 1)


def entry_of(world, unit_id: int) -> Entry:
    return units.life(world.actor("manager"), unit_id, at=world.clock()).entry


def facts_about(unit_id: int) -> list[str]:
    return [f.deed for f in db.session.query(Fact).filter_by(thing="unit", thing_id=unit_id)]


def test_a_manager_adds_a_unit_under_another(world):
    made = units.add(
        world.actor("manager"),
        world.committee,
        Entry("Trung tâm  Văn hóa", kind="other", parent_id=world.culture, mailbox="tt@sonthanh.example"),
        since=JUNE,
        at=world.clock(),
    )
    kept = db.session.get(Unit, made)
    assert (kept.code, kept.versions[0].name) == ("DV8", "Trung tâm Văn hóa")
    assert kept.versions[0].valid_from == JUNE
    assert facts_about(made) == ["unit-added"]


def test_the_operator_may_and_a_coordinator_may_not(world):
    entry = Entry("Phòng Nội vụ", kind="office")
    units.add(OPERATOR, world.committee, entry, since=None, at=world.clock())
    with pytest.raises(Forbidden):
        units.add(world.actor("coordinator"), world.committee, entry, since=None, at=world.clock())
    with pytest.raises(Forbidden):
        units.correct(world.actor("head"), world.tan_lap, entry, at=world.clock())
    with pytest.raises(Forbidden):
        units.add_spelling(world.actor("officer"), world.tan_lap, "TL", "abbreviation", at=world.clock())


@pytest.mark.parametrize(
    ("entry", "error", "words"),
    [
        (Entry("Phòng Tư pháp"), Refused, "cùng tên"),
        (Entry("Phòng Nội vụ", code="PTP"), Refused, "Mã “PTP” đang dùng cho “Phòng Tư pháp”"),
        (Entry("Phòng Nội vụ", mailbox="noivu"), Invalid, "Hộp thư “noivu” chưa đúng"),
        (Entry("  "), Invalid, "tên đơn vị"),
        (Entry("X" * 301), Invalid, "300"),
        (Entry("Phòng Nội vụ", kind="castle"), Invalid, "loại"),
        (Entry("Phòng Nội vụ", parent_id=987_654), Invalid, "cấp trên"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(world, entry, error, words):
    before = db.session.query(Unit).count()
    with pytest.raises(error, match=words):
        units.add(world.actor("manager"), world.committee, entry, since=None, at=world.clock())
    db.session.rollback()
    assert db.session.query(Unit).count() == before


def test_a_mistake_is_corrected_in_its_own_version(world):
    manager, unit = world.actor("manager"), world.culture
    entry = replace(entry_of(world, unit), name="Phòng Văn hóa, Thông tin", courtesy=True)
    units.correct(manager, unit, entry, at=world.clock())
    kept = db.session.get(Unit, unit)
    assert [version.name for version in kept.versions] == ["Phòng Văn hóa, Thông tin"]
    assert kept.courtesy
    units.correct(manager, unit, entry, at=world.clock())
    assert facts_about(unit) == ["unit-corrected"], "the second time nothing is changed and nothing noted"


def test_a_new_name_holds_from_its_day_and_the_old_one_until_then(world):
    unit = world.culture
    entry = replace(entry_of(world, unit), name="Phòng Văn hóa - Xã hội")
    units.change_from(world.actor("manager"), unit, entry, since=JUNE, at=world.clock())
    assert names(db.session, [unit], date(2026, 5, 31)) == {unit: "Phòng Văn hóa và Thông tin"}
    assert names(db.session, [unit], JUNE) == {unit: "Phòng Văn hóa - Xã hội"}
    again = replace(entry, name="Phòng Văn hóa")
    with pytest.raises(Invalid, match="chồng nhau"):
        units.change_from(world.actor("manager"), unit, again, since=JUNE, at=world.clock())
    with pytest.raises(Invalid, match="Chưa có gì thay đổi"):
        units.change_from(world.actor("manager"), unit, entry, since=date(2026, 7, 1), at=world.clock())


def test_units_do_not_stand_under_each_other(world):
    manager, at = world.actor("manager"), world.clock()
    units.correct(
        manager, world.culture, replace(entry_of(world, world.culture), parent_id=world.justice), at=at
    )
    with pytest.raises(Refused, match="thuộc lẫn nhau"):
        units.correct(
            manager, world.justice, replace(entry_of(world, world.justice), parent_id=world.culture), at=at
        )
    with pytest.raises(Refused, match="thuộc lẫn nhau"):
        units.correct(
            manager, world.front, replace(entry_of(world, world.front), parent_id=world.front), at=at
        )


def test_a_spelling_is_added_with_its_kind_and_removed(world):
    manager, at = world.actor("manager"), world.clock()
    units.add_spelling(manager, world.culture, "Phòng  VH&TT", "abbreviation", at=at)
    (kept,) = units.life(manager, world.culture, at=at).spellings
    assert (kept.text, kept.kind, kept.origin) == ("Phòng VH&TT", "abbreviation", "typed")
    with pytest.raises(Refused, match="đã có trong các tên gọi"):
        units.add_spelling(manager, world.culture, "phòng VH&TT", "ocr", at=at)
    with pytest.raises(NotFound):
        units.remove_spelling(manager, world.justice, kept.id, at=at)
    units.remove_spelling(manager, world.culture, kept.id, at=at)
    assert units.life(manager, world.culture, at=at).spellings == ()
    assert facts_about(world.culture) == ["spelling-added", "spelling-removed"]


def test_what_a_reviewer_taught_can_be_forgotten(world):
    text = "P. Tư Pháp huyện nhà"
    learned = Alias(
        committee_id=world.committee, key=key(text), text=text, unit_id=world.justice, origin="chosen"
    )
    db.session.add(learned)
    db.session.commit()
    units.remove_spelling(world.actor("manager"), world.justice, learned.id, at=world.clock())
    assert units.life(world.actor("manager"), world.justice, at=world.clock()).spellings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("UBND xã Bình Minh", "đang chỉ “UBND xã Bình Minh”"),
        ("UBND cấp xã", "nhóm đơn vị"),
        ("Phòng Tư pháp", "không cần thêm"),
    ],
)
def test_a_spelling_means_one_unit(world, text, words):
    with pytest.raises(Refused, match=words):
        units.add_spelling(world.actor("manager"), world.justice, text, "colloquial", at=world.clock())


def test_the_house_is_shown_as_it_was(world):
    manager, at = world.actor("manager"), world.clock()
    entry = replace(entry_of(world, world.culture), name="Phòng Văn hóa - Xã hội")
    units.change_from(manager, world.culture, entry, since=JUNE, at=at)

    def called(day: date) -> set[str]:
        return {u.name for u in units.house(manager, world.committee, day=day, at=at).units}

    assert "Phòng Văn hóa và Thông tin" in called(date(2026, 5, 31))
    assert "Phòng Văn hóa - Xã hội" in called(JUNE)


def test_the_page_of_a_unit_of_another_committee_is_closed(world):
    from tracker.access import Actor, Grant

    stranger = Actor(99, "Người ngoài", (Grant("manager", world.committee + 1),))
    with pytest.raises(Forbidden):
        units.life(stranger, world.justice, at=world.clock())
    with pytest.raises(Forbidden):
        units.house(stranger, world.committee, day=JUNE, at=world.clock())
