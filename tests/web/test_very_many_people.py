"""A committee of hundreds of people: the list comes by pages, and who leaves is looked for in one unit."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import insert

from tests.web.test_people_pages import staff_change, text_of
from tracker.extensions import db
from tracker.services import show_staff
from tracker.store.models import Absence, Committee, Person, Role, Unit, UnitVersion

MANY = 450


@pytest.fixture
def many(sqlite_app, world, clock):
    """As many communes with one officer each."""
    add_communes(world.committee, MANY, clock.now)


def add_communes(committee_id, count, at):
    base = 10_000
    units, versions, people, roles = [], [], [], []
    for n in range(count):
        one = base + n
        units.append({"id": one, "committee_id": committee_id, "code": f"X{n}", "created_at": at})
        versions.append(
            {"unit_id": one, "ordinal": 1, "name": f"UBND xã Thứ {n}", "kind": "commune", "level": "commune"}
        )
        email = f"nguoi{n}@sonthanh.example"
        people.append({"id": one, "name": f"Lò Văn Số{n:04}", "email": email, "created_at": at})
        roles.append({"person_id": one, "role": "officer", "committee_id": committee_id, "unit_id": one})
    for model, rows in ((Unit, units), (UnitVersion, versions), (Person, people), (Role, roles)):
        db.session.execute(insert(model), rows)
    db.session.commit()


def listed(page):
    return re.findall(r"<b>Lò Văn Số(\d+)", page)


def test_people_come_two_hundred_to_a_page_and_all_are_found(many, signed_in):
    manager, seen = signed_in("manager"), []
    for number in (1, 2, 3):
        page = manager.get(f"/nguoi-dung?trang={number}").get_data(as_text=True)
        assert page.count("<tr data-filter-row>") == (200, 200, 56)[number - 1]
        assert 'data-filter="' not in page, "a search must look on every page"
        seen += listed(page)
    assert sorted(map(int, seen)) == list(range(MANY))
    found = text_of(manager.get("/nguoi-dung?tim=so0449"))
    assert "Lò Văn Số0449" in found
    assert "Trang sau" not in found
    assert "trang=2&amp;tim=thu" in manager.get("/nguoi-dung?tim=thu").get_data(as_text=True)


@pytest.mark.parametrize("number", ["0", "-1", "99", "9" * 5000, "²"])
def test_a_page_that_is_not_there_is_the_nearest_one(many, signed_in, number):
    answer = signed_in("manager").get("/nguoi-dung", query_string={"trang": number})
    assert answer.status_code == 200
    assert listed(answer.get_data(as_text=True))


def test_who_leaves_is_looked_for_in_a_unit_and_who_comes_by_words(many, world, signed_in, send):
    manager, address = signed_in("manager"), "/nguoi-dung/thay-nguoi"
    first = manager.get(address).get_data(as_text=True)
    assert "<select" not in first
    assert first.count("?don-vi=") == 50
    found = manager.get(f"{address}?tim=tan+lap").get_data(as_text=True)
    assert re.findall(r"\?don-vi=(\d+)", found) == [str(world.tan_lap)]
    at_unit = f"{address}?don-vi={world.tan_lap}"
    form = manager.get(at_unit).get_data(as_text=True)
    assert "Nguyễn Thu Hằng" in form
    assert "Lò Văn" not in form
    again = send(manager, at_unit, address, step="find", **staff_change(world) | {"tim-nguoi": "so0449"})
    assert '<option value="10449"' in again.get_data(as_text=True)
    assert 'value="Hoàng Gia Linh"' in again.get_data(as_text=True), "what was typed stays"
    fields = staff_change(world) | {"nguoi-moi": "10449"}
    preview = text_of(send(manager, at_unit, address, step="preview", **fields))
    assert "Lò Văn Số0449 thay Nguyễn Thu Hằng" in preview
    back = send(manager, at_unit, address, step="back", **fields).get_data(as_text=True)
    assert '<option value="10449" selected>' in back


def test_a_unit_must_be_chosen_first(many, world, signed_in, send):
    manager, address = signed_in("manager"), "/nguoi-dung/thay-nguoi"
    fields = staff_change(world) | {"don-vi": ""}
    answer = send(manager, f"{address}?don-vi={world.tan_lap}", address, step="preview", **fields)
    assert answer.status_code == 422
    assert "Xin chọn đơn vị" in text_of(answer)


def test_a_person_page_tells_no_absence_of_another_committee(sqlite_app, world, clock):
    officer, head = world.people["officer"], world.people["head"]
    other = Committee(name="UBND huyện Hạ Lâm", created_at=clock.now)
    db.session.add(other)
    db.session.flush()
    unit = Unit(committee_id=other.id, code="X", created_at=clock.now)
    unit.versions.append(UnitVersion(ordinal=1, name="Phòng Nội vụ Hạ Lâm", kind="office"))
    db.session.add(unit)
    db.session.flush()
    db.session.add(Role(person_id=officer, role="officer", committee_id=other.id, unit_id=unit.id))
    for unit_id, reason in ((unit.id, "riêng của nơi kia"), (world.tan_lap, "ở đây"), (None, "mọi nơi")):
        db.session.add(
            Absence(
                person_id=officer,
                deputy_id=head,
                unit_id=unit_id,
                starts_on=date(2026, 5, 12),
                ends_on=date(2026, 5, 20),
                reason=reason,
                set_at=clock.now,
            )
        )
    db.session.commit()
    page = show_staff.person_page(world.actor("manager"), world.committee, officer, at=clock.now)
    assert [one.reason for one in page.absences] == ["ở đây", "mọi nơi"]
