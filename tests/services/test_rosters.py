"""Importing units, groups and people: whole or not at all, and twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tracker.access import OPERATOR, Actor, Grant
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import rosters
from tracker.services.rosters import Imported, Table
from tracker.sheets.rosters import roster_bytes
from tracker.store.models import Alias, Fact, Person, Role, Unit, UnitGroup, UnitVersion

AT = datetime(2026, 1, 5, 2, tzinfo=UTC)
UNITS = """ma,ten,ten_ngan,loai,cap,dia_ban,thuoc,hom_thu,de_nghi,ten_khac
UB,UBND huyện An Bình,,cơ quan chủ quản,huyện,An Bình,,,,
PTP,Phòng Tư pháp,Tư pháp,phòng ban,huyện,An Bình,UB,ptp@anbinh.example,,PTP|Phòng TP
MT,Ủy ban MTTQ Việt Nam huyện,Mặt trận,đoàn thể,huyện,An Bình,,,x,
X1,UBND xã Đông Hải,Đông Hải,xã,xã,Đông Hải,UB,,,
"""
GROUPS = "ten,loai,don_vi,ten_khac\nUBND các xã,xã,,UBND cấp xã\nTổ giúp việc,,PTP|MT,\n"
PEOPLE = """ho_ten,email,dien_thoai,vai_tro,don_vi
Phạm Minh Anh,anh@anbinh.example,0900 000 001,theo dõi,PTP
Phạm Minh Anh,anh@anbinh.example,0900 000 001,người đứng đầu,PTP
Vũ Đình Khôi,khoi@anbinh.example,,lãnh đạo,
"""


@pytest.fixture
def committee(app: Flask) -> int:
    return rosters.create_committee(OPERATOR, "UBND huyện An Bình", "An Bình", "An Bình", at=AT)


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def everything() -> list[int]:
    return [count(model) for model in (Unit, UnitGroup, Alias, Person, Role, Fact)]


def load(committee: int) -> tuple[Imported, ...]:
    return (
        rosters.import_units(OPERATOR, committee, UNITS.encode(), at=AT),
        rosters.import_groups(OPERATOR, committee, GROUPS.encode(), at=AT),
        rosters.import_people(OPERATOR, committee, PEOPLE.encode(), at=AT),
    )


def test_units_groups_and_people_come_in(committee: int) -> None:
    assert load(committee) == (Imported(4, 0, 0), Imported(2, 0, 0), Imported(2, 0, 0))
    units = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    assert units["PTP"].versions[0].parent_id == units["UB"].id
    assert units["MT"].courtesy
    assert not units["PTP"].courtesy
    group = db.session.scalars(select(UnitGroup).where(UnitGroup.name == "Tổ giúp việc")).one()
    assert {member.unit_id for member in group.members} == {units["PTP"].id, units["MT"].id}
    roles = db.session.scalars(select(Role).order_by(Role.id)).all()
    assert [(role.role, role.unit_id) for role in roles] == [
        ("coordinator", units["PTP"].id),
        ("head", units["PTP"].id),
        ("leader", None),
    ]
    assert [fact.deed for fact in db.session.scalars(select(Fact).order_by(Fact.id))] == [
        "committee-created",
        "units-imported",
        "groups-imported",
        "people-imported",
    ]


def test_importing_twice_changes_nothing(committee: int) -> None:
    load(committee)
    before = everything()
    assert load(committee) == (Imported(0, 0, 4), Imported(0, 0, 2), Imported(0, 0, 2))
    assert everything() == before


def test_a_corrected_line_is_counted_as_changed(committee: int) -> None:
    load(committee)
    assert rosters.import_units(
        OPERATOR, committee, UNITS.replace("ptp@", "phongtp@").replace("|Phòng TP", "|P. Tư pháp"), at=AT
    ) == Imported(0, 1, 3)
    assert rosters.import_groups(OPERATOR, committee, GROUPS.replace("PTP|MT", "PTP|X1"), at=AT) == Imported(
        0, 1, 1
    )
    assert rosters.import_people(
        OPERATOR, committee, PEOPLE.replace("0900 000 001", "0900 000 002"), at=AT
    ) == (Imported(0, 1, 1))


def test_a_missing_column_leaves_what_is_known(committee: int) -> None:
    load(committee)
    rosters.import_units(OPERATOR, committee, "ma,ten,loai\nPTP,Phòng Tư pháp,phòng ban", at=AT)
    unit = db.session.scalars(select(Unit).where(Unit.code == "PTP")).one()
    assert unit.mailbox == "ptp@anbinh.example"
    assert unit.versions[0].short_name == "Tư pháp"


def test_a_file_of_groups_is_known_by_its_head(committee: int) -> None:
    rosters.import_units(OPERATOR, committee, UNITS, at=AT)
    assert rosters.import_units(OPERATOR, committee, GROUPS, at=AT) == Imported(2, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("ma,ten,loai,thuoc\nA,Đơn vị A,khác,KHONGCO", "Dòng 2: không có đơn vị mã “KHONGCO”"),
        ("ma,ten,loai,thuoc\nA,Đơn vị A,khác,B\nB,Đơn vị B,khác,A", "Dòng 3: “B” và “A” thuộc lẫn nhau"),
        (
            "ma,ten,loai,ten_khac\nA,Đơn vị A,khác,DV\nB,Đơn vị B,khác,dv",
            "Dòng 3: tên khác “dv” đã được dùng cho “A”",
        ),
    ],
)
def test_a_wrong_line_leaves_the_whole_file_out(committee: int, data: str, words: str) -> None:
    before = everything()
    with pytest.raises(Invalid, match=words):
        rosters.import_units(OPERATOR, committee, data, at=AT)
    assert everything() == before


def test_people_of_unknown_units_are_all_named_and_nobody_is_taken(committee: int) -> None:
    rosters.import_units(OPERATOR, committee, UNITS, at=AT)
    before = everything()
    with pytest.raises(Invalid) as refusal:
        rosters.import_people(
            OPERATOR,
            committee,
            PEOPLE + "A,a@anbinh.example,,phụ trách,Y1\nB,b@anbinh.example,,phụ trách,Y2",
            at=AT,
        )
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()[1:]] == ["Dòng 5", "Dòng 6"]
    assert everything() == before


def test_only_the_manager_or_the_operator_may_import(committee: int) -> None:
    officer = Actor(None, "Cán bộ", (Grant("officer", committee, 1),))
    elsewhere = Actor(None, "Quản lý nơi khác", (Grant("manager", committee + 1),))
    for actor in (officer, elsewhere):
        with pytest.raises(Forbidden):
            rosters.import_units(actor, committee, UNITS, at=AT)
        with pytest.raises(Forbidden):
            rosters.import_groups(actor, committee, GROUPS, at=AT)
        with pytest.raises(Forbidden):
            rosters.import_people(actor, committee, PEOPLE, at=AT)
        with pytest.raises(Forbidden):
            rosters.create_committee(actor, "UBND huyện khác", "", "", at=AT)
    manager = Actor(None, "Quản lý", (Grant("manager", committee),))
    assert rosters.import_units(manager, committee, UNITS, at=AT).added == 4


def test_a_manager_cannot_make_an_administrator_of_the_installation(committee: int) -> None:
    manager = Actor(None, "Quản lý", (Grant("manager", committee),))
    line = "ho_ten,email,vai_tro,don_vi\nA,a@anbinh.example,quản trị,"
    with pytest.raises(Invalid, match="trên máy chủ"):
        rosters.import_people(manager, committee, line, at=AT)
    assert rosters.import_people(OPERATOR, committee, line, at=AT).added == 1


def test_a_manager_does_not_rename_a_person_who_also_belongs_elsewhere(committee: int) -> None:
    load(committee)
    other = rosters.create_committee(OPERATOR, "UBND huyện Hòa Lạc", "Hòa Lạc", "Hòa Lạc", at=AT)
    manager = Actor(None, "Quản lý", (Grant("manager", other),))
    line = "ho_ten,email,dien_thoai,vai_tro,don_vi\nTên Khác,khoi@anbinh.example,1,xem,"
    assert rosters.import_people(manager, other, line, at=AT) == Imported(0, 1, 0)
    person = db.session.scalars(select(Person).where(Person.email == "khoi@anbinh.example")).one()
    assert (person.name, person.phone, len(person.roles)) == ("Vũ Đình Khôi", "", 2)


def test_two_committees_of_one_name_are_refused(committee: int) -> None:
    with pytest.raises(Refused, match="Đã có cơ quan"):
        rosters.create_committee(OPERATOR, "UBND huyện An Bình", "", "", at=AT)


def test_a_committee_that_is_not_there_is_said_so(app: Flask) -> None:
    with pytest.raises(NotFound):
        rosters.import_units(OPERATOR, 999, UNITS, at=AT)


# Versions, dry runs, and the way back


RENAMED = """Mã,Tên,Loại,Cấp,Thuộc,Hiệu lực từ,Hiệu lực đến,Tên khác,Tên viết tắt
UB,UBND huyện An Bình,cơ quan chủ quản,huyện,,,,,
PTP,Phòng Tư pháp,phòng ban,huyện,UB,,30/06/2025,Ban Tư pháp; Tư pháp \\| hộ tịch,PTP
PTP,Phòng Nội vụ và Tư pháp,phòng ban,huyện,UB,01/07/2025,,,
"""


def versions(code: str) -> list[tuple[int, str, date | None, date | None]]:
    query = (
        select(UnitVersion)
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .where(Unit.code == code)
        .order_by(UnitVersion.ordinal)
    )
    return [(row.ordinal, row.name, row.valid_from, row.valid_to) for row in db.session.scalars(query)]


def test_several_lines_of_a_code_become_its_versions(committee: int) -> None:
    rosters.import_units(OPERATOR, committee, RENAMED, at=AT)
    assert versions("PTP") == [
        (1, "Phòng Tư pháp", None, date(2025, 6, 30)),
        (2, "Phòng Nội vụ và Tư pháp", date(2025, 7, 1), None),
    ]
    assert rosters.import_units(OPERATOR, committee, RENAMED, at=AT) == Imported(0, 0, 2)


def test_an_earlier_version_is_put_before_the_known_one(committee: int) -> None:
    lines = RENAMED.splitlines()
    rosters.import_units(OPERATOR, committee, "\n".join([lines[0], lines[1], lines[3]]), at=AT)
    assert rosters.import_units(OPERATOR, committee, RENAMED, at=AT) == Imported(0, 1, 1)
    assert [row[:2] for row in versions("PTP")] == [(1, "Phòng Tư pháp"), (2, "Phòng Nội vụ và Tư pháp")]


def test_the_kind_of_a_spelling_is_kept(committee: int) -> None:
    rosters.import_units(OPERATOR, committee, RENAMED, at=AT)
    found = {row.text: row.kind for row in db.session.scalars(select(Alias))}
    assert found == {"Ban Tư pháp": "", "Tư pháp | hộ tịch": "", "PTP": "abbreviation"}


def test_a_rule_of_a_group_may_name_a_parent_and_exceptions(committee: int) -> None:
    rosters.import_units(OPERATOR, committee, UNITS, at=AT)
    data = "Tên,Loại,Cấp,Thuộc,Đơn vị,Trừ\nCác cơ quan thuộc huyện,,huyện,UB,,PTP"
    rosters.import_groups(OPERATOR, committee, data, at=AT)
    units = {unit.code: unit.id for unit in db.session.scalars(select(Unit))}
    group = db.session.scalars(select(UnitGroup)).one()
    assert group.rule == {"level": "district", "parent_id": units["UB"]}
    assert group.exceptions == [units["PTP"]]


def test_a_role_may_begin_and_end(committee: int) -> None:
    load(committee)
    head = "Họ tên,Email,Vai trò,Đơn vị,Hiệu lực từ,Hiệu lực đến\n"
    data = head + "Vũ Đình Khôi,khoi@anbinh.example,lãnh đạo,,01/02/2026,31/12/2026"
    assert rosters.import_people(OPERATOR, committee, data, at=AT) == Imported(0, 1, 0)
    role = db.session.scalars(select(Role).where(Role.role == "leader")).one()
    assert (role.valid_from, role.valid_to) == (date(2026, 2, 1), date(2026, 12, 31))
    rosters.import_people(OPERATOR, committee, PEOPLE, at=AT)
    assert role.valid_to == date(2026, 12, 31), "a file without the column leaves it"


def test_a_dry_run_says_what_the_import_then_does_and_writes_nothing(committee: int) -> None:
    load(committee)
    before = everything()
    data = UNITS.replace("ptp@", "phongtp@") + "KT,Phòng Kinh tế,,phòng ban,,,UB,,,\n"
    shown = rosters.preview(OPERATOR, committee, data, at=AT)
    assert everything() == before
    assert shown.total == Imported(1, 1, 3)
    assert [
        (entry.number, [(one.label, one.before, one.after) for one in entry.changes])
        for entry in shown.entries
        if entry.result != "same"
    ] == [(3, [("Hộp thư", "ptp@anbinh.example", "phongtp@anbinh.example")]), (6, [])]
    kind, done = rosters.import_any(OPERATOR, committee, data, at=AT, mark=shown.mark)
    assert (kind, done) == ("units", shown.total)


def test_a_list_that_has_changed_since_it_was_shown_is_not_taken(committee: int) -> None:
    load(committee)
    data = UNITS.replace("ptp@", "phongtp@")
    shown = rosters.preview(OPERATOR, committee, data, at=AT)
    rosters.import_units(OPERATOR, committee, UNITS.replace("ptp@", "khac@"), at=AT)
    with pytest.raises(Refused, match="xem lại"):
        rosters.import_any(OPERATOR, committee, data, at=AT, mark=shown.mark)


def tables(committee: int) -> list[Table]:
    return [
        rosters.export_units(OPERATOR, committee),
        rosters.export_groups(OPERATOR, committee),
        rosters.export_people(OPERATOR, committee),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_given_out_comes_back_and_changes_nothing(committee: int, form: str) -> None:
    load(committee)
    rosters.import_units(OPERATOR, committee, RENAMED, at=AT)
    rosters.import_units(OPERATOR, committee, "ma,ten,loai,ten_ngan\nLA,=1+1 & @Tên lạ,khác,'-x", at=AT)
    rosters.import_people(OPERATOR, committee, PEOPLE.replace("0900 000 001", "+84 900 000 001"), at=AT)
    before = everything()
    for table in tables(committee):
        data = roster_bytes(table.kind, table.rows, form)
        kind, done = rosters.import_any(OPERATOR, committee, data, at=AT)
        assert (kind, done.added, done.changed) == (table.kind, 0, 0)
        assert done.same > 0
    assert everything() == before


def test_another_committee_gets_the_same_lists_from_the_files(committee: int) -> None:
    load(committee)
    rosters.import_units(OPERATOR, committee, RENAMED, at=AT)
    other = rosters.create_committee(OPERATOR, "UBND huyện Hòa Lạc", "Hòa Lạc", "Hòa Lạc", at=AT)
    given = tables(committee)
    for table in given:
        rosters.import_any(OPERATOR, other, roster_bytes(table.kind, table.rows, "xlsx"), at=AT)
    assert [table.rows for table in tables(other)] == [table.rows for table in given]


def test_only_the_manager_or_the_operator_may_take_lists_away(committee: int) -> None:
    viewer = Actor(None, "Xem", (Grant("viewer", committee),))
    for export in (rosters.export_units, rosters.export_groups, rosters.export_people):
        with pytest.raises(Forbidden):
            export(viewer, committee)
        assert export(Actor(None, "Quản lý", (Grant("manager", committee),)), committee).rows
    with pytest.raises(Forbidden):
        rosters.preview(viewer, committee, UNITS, at=AT)
