"""What taking a list would do: what is new, what changes, and what the whole list makes wrong."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.access import UNIT_ROLES
from tracker.documents.rows import read_rows
from tracker.units import roster
from tracker.units.roster import Complaints, GroupLine, Spelling, UnitLine
from tracker.units.roster_plan import (
    ADDED,
    CHANGED,
    SAME,
    KnownPerson,
    Memory,
    Plan,
    plan_groups,
    plan_people,
    plan_units,
)

TODAY = date(2026, 5, 12)
JULY = date(2025, 7, 1)
JUSTICE = UnitLine(code="PTP", name="Phòng Tư pháp", kind="office", parent="UB", mailbox="ptp@anbinh.example")
HOUSE = UnitLine(code="UB", name="UBND huyện An Bình", kind="committee")
MEMORY = Memory(units={"UB": (HOUSE,), "PTP": (JUSTICE,)})


def units(text: str, memory: Memory = MEMORY) -> tuple[Plan, list[tuple[int, str]]]:
    complaints = Complaints()
    plan = plan_units(roster.read_units(read_rows(text), complaints), memory, complaints)
    return plan, sorted(complaints.found)


def groups(text: str) -> tuple[Plan, list[tuple[int, str]]]:
    complaints = Complaints()
    plan = plan_groups(roster.read_groups(read_rows(text), complaints), MEMORY, TODAY, complaints)
    return plan, sorted(complaints.found)


def people(text: str, memory: Memory = MEMORY) -> tuple[Plan, list[tuple[int, str]]]:
    complaints = Complaints()
    plan = plan_people(roster.read_people(read_rows(text), complaints, UNIT_ROLES), memory, complaints)
    return plan, sorted(complaints.found)


def changes(plan: Plan) -> list[tuple[int, str, str, str]]:
    return [
        (entry.number, one.label, one.before, one.after) for entry in plan.entries for one in entry.changes
    ]


def test_every_change_is_told_with_before_and_after() -> None:
    plan, wrong = units("ma,ten,loai,hom_thu\nPTP,Phòng Tư pháp,phòng ban,moi@anbinh.example")
    assert wrong == []
    assert changes(plan) == [(2, "Hộp thư", "ptp@anbinh.example", "moi@anbinh.example")]
    assert plan.results() == {"PTP": CHANGED}


def test_a_line_that_says_what_is_known_is_the_same() -> None:
    plan, _ = units("ma,ten,loai\nPTP,Phòng Tư pháp,phòng ban\nKT,Phòng Kinh tế,phòng ban")
    assert plan.results() == {"PTP": SAME, "KT": ADDED}
    assert set(plan.units) == {"KT"}


def test_several_lines_of_one_code_are_its_versions() -> None:
    plan, wrong = units(
        "ma,ten,loai,hieu_luc_tu,hieu_luc_den\n"
        "PTP,Phòng Tư pháp,phòng ban,,30/06/2025\n"
        "PTP,Phòng Tư pháp và Nội vụ,phòng ban,01/07/2025,"
    )
    assert wrong == []
    assert [(one.at, one.line.name, one.line.valid_from, one.line.valid_to) for one in plan.units["PTP"]] == [
        (0, "Phòng Tư pháp", None, date(2025, 6, 30)),
        (None, "Phòng Tư pháp và Nội vụ", JULY, None),
    ]
    assert {one.line.mailbox for one in plan.units["PTP"]} == {"ptp@anbinh.example"}
    assert {one.line.parent for one in plan.units["PTP"]} == {"UB"}, "what no column says stays"


def test_a_version_may_come_before_the_known_one() -> None:
    dated = UnitLine(code="X", name="UBND xã Đông Hải", kind="commune", valid_from=JULY)
    plan, wrong = units(
        "ma,ten,loai,hieu_luc_tu,hieu_luc_den\nX,UBND thị trấn Đông,thị trấn,,30/06/2025",
        Memory(units={"X": (dated,)}),
    )
    assert wrong == []
    assert [one.at for one in plan.units["X"]] == [None, 0]


def test_a_file_without_dates_speaks_of_the_last_version() -> None:
    old = UnitLine(code="X", name="Xã Cũ", kind="commune", valid_to=date(2025, 6, 30))
    new = UnitLine(code="X", name="Xã Mới", kind="commune", valid_from=JULY)
    plan, wrong = units("ma,ten,loai\nX,Xã Mới Hơn,xã", Memory(units={"X": (old, new)}))
    assert wrong == []
    assert changes(plan) == [(2, "Tên", "Xã Mới", "Xã Mới Hơn")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "ma,ten,loai\nA,Đơn vị A,khác\nA,Đơn vị B,khác",
            [(3, "mã “A” đã có ở dòng 2; xin bỏ một dòng")],
        ),
        (
            "ma,ten,loai,hieu_luc_tu\nPTP,Phòng Tư pháp mới,phòng ban,01/07/2025",
            [(2, "hiệu lực của mã “PTP” chồng lên giai đoạn đã có “Phòng Tư pháp” (không ghi ngày)")],
        ),
        (
            "ma,ten,loai,hieu_luc_tu,hieu_luc_den\nA,Cũ,khác,,01/07/2025\nA,Mới,khác,01/07/2025,",
            [(3, "hiệu lực của mã “A” chồng lên dòng 2 (đến 01/07/2025)")],
        ),
        (
            "ma,ten,loai,thuoc\nA,PHÒNG TƯ PHÁP,phòng ban,UB",
            [(2, "đã có đơn vị “PHÒNG TƯ PHÁP” (mã PTP) cùng cấp trên")],
        ),
        (
            "ma,ten,loai,thuoc\nUB,UBND huyện An Bình,cơ quan chủ quản,PTP",
            [(2, "“UB” và “PTP” thuộc lẫn nhau")],
        ),
        (
            "ma,ten,loai,thuoc\nA,Đơn vị A,khác,B\nB,Đơn vị B,khác,C\nC,Đơn vị C,khác,A",
            [(2, "“A” và “B”"), (3, "“B” và “C”"), (4, "“C” và “A”")],
        ),
        (
            "ma,ten,loai,hom_thu\nA,Cũ,khác,a@anbinh.example\nA,Cũ,khác,b@anbinh.example",
            [(3, "cột Hộp thư khác với dòng 2"), (3, "mã “A” đã có ở dòng 2")],
        ),
    ],
    ids=[
        "twice",
        "over memory",
        "one day of both",
        "a name twice",
        "a circle",
        "three in a circle",
        "two mailboxes",
    ],
)
def test_what_the_whole_list_makes_wrong_is_told_by_line(text: str, wrong: list[tuple[int, str]]) -> None:
    _, found = units(text)
    assert [
        (number, words[: len(said)]) for (number, words), (_, said) in zip(found, wrong, strict=True)
    ] == wrong


def test_one_name_may_stand_under_two_parents_or_at_two_times() -> None:
    _, wrong = units(
        "ma,ten,loai,thuoc,hieu_luc_den\nA,Văn phòng,phòng ban,UB,30/06/2025\nB,Văn phòng,phòng ban,PTP,\n"
    )
    assert wrong == []


def test_who_names_a_wrong_line_is_not_blamed_for_it() -> None:
    _, wrong = units("ma,ten,loai,thuoc\nA,,khác,\nB,Đơn vị B,khác,A")
    assert [number for number, _ in wrong] == [2]


def test_an_office_and_its_successor_may_share_a_spelling() -> None:
    lines = "A,Cũ,khác,,{end},UBND Đông\nB,Mới,khác,01/07/2025,,UBND Đông"
    head = "ma,ten,loai,hieu_luc_tu,hieu_luc_den,ten_khac\n"
    assert units(head + lines.format(end="30/06/2025"))[1] == []
    assert [number for number, _ in units(head + lines.format(end=""))[1]] == [3]


def test_an_office_that_was_divided_is_the_old_name_of_all_its_heirs() -> None:
    lines = "A,Sở Y tế,sở,Sở Xã hội\nB,Sở Nội vụ,sở,Sở Xã hội"
    assert units(f"ma,ten,loai,ten_cu\n{lines}")[1] == []
    assert [number for number, _ in units(f"ma,ten,loai,ten_khac\n{lines}")[1]] == [3]


def test_a_kind_that_is_said_later_is_noted_for_a_known_spelling() -> None:
    known = UnitLine(code="A", name="Phòng A", kind="office", spellings=(Spelling("PA"),))
    plan, _ = units("ma,ten,loai,viet_tat\nA,Phòng A,phòng ban,PA", Memory(units={"A": (known,)}))
    assert plan.units["A"][0].line.spellings == (Spelling("PA", "abbreviation"),)


def test_a_group_is_a_rule_or_a_list_never_both() -> None:
    plan, wrong = groups(
        "ten,loai,cap,thuoc,don_vi,tru\n"
        "Các phòng,phòng ban,,UB,,PTP\nBan chỉ đạo,,,,UB|PTP,\nMơ hồ,xã,,,PTP,\nRỗng,,,,,\nLạ,,,,KHONG,\n"
    )
    assert plan.groups["Các phòng"].rule == {"kind": "office", "parent": "UB"}
    assert plan.groups["Các phòng"].without == ("PTP",)
    assert plan.groups["Ban chỉ đạo"].units == ("UB", "PTP")
    assert [number for number, _ in wrong] == [4, 5, 6]


def test_a_group_that_nobody_belongs_to_is_taken_and_told() -> None:
    plan, wrong = groups("ten,loai,don_vi\nUBND các xã,xã,\nCác phòng,phòng ban,")
    assert wrong == []
    assert [bool(entry.note) for entry in plan.entries] == [True, False]


def test_a_group_that_is_said_again_is_the_same() -> None:
    memory = Memory(MEMORY.units, {"Các phòng": GroupLine("Các phòng", kind="office")})
    lines = roster.read_groups(read_rows("Tên,Loại,Đơn vị\nCác phòng,phòng ban,"), Complaints())
    assert plan_groups(lines, memory, TODAY, Complaints()).results() == {"Các phòng": SAME}


def test_the_dates_of_a_role_can_be_changed_and_are_told() -> None:
    known = KnownPerson("Lê Thị Mai", "", True, {("officer", "PTP"): (None, None)})
    plan, wrong = people(
        "ho_ten,email,vai_tro,don_vi,den_ngay\nLê Thị Mai,mai@anbinh.example,phụ trách,PTP,30/06/2026",
        Memory(MEMORY.units, people={"mai@anbinh.example": known}),
    )
    assert wrong == []
    assert changes(plan) == [(2, "Hiệu lực đến", "", "30/06/2026")]


def test_one_address_belongs_to_one_name_and_a_role_stands_once() -> None:
    _, wrong = people(
        "ho_ten,email,vai_tro,don_vi\n"
        "Đỗ Yến,yen@anbinh.example,xem,\nĐỗ Hải Yến,yen@anbinh.example,quản lý,\nĐỗ Yến,yen@anbinh.example,xem,"
    )
    assert [(number, words[:12]) for number, words in wrong] == [(3, "thư điện tử "), (4, "vai trò này ")]


def test_a_person_without_an_address_is_refused_by_line() -> None:
    _, wrong = people("ho_ten,email,vai_tro,don_vi\nLê Thị Mai,,xem,\nVũ Đình Khôi,khoi@anbinh.example,xem,")
    assert wrong == [(2, "thiếu email; cần có dạng ten@coquan.vn.")]


def test_two_plans_that_would_do_the_same_have_one_mark() -> None:
    text = "ma,ten,loai\nKT,Phòng Kinh tế,phòng ban"
    assert units(text)[0].mark() == units(text)[0].mark()
    assert units(text)[0].mark() != units(text.replace("Kinh tế", "Tài chính"))[0].mark()


def test_a_unit_may_be_named_instead_of_its_code_where_only_one_bears_the_name() -> None:
    known = {
        code: (UnitLine(code, name, "office", short_name=short),)
        for code, name, short in (
            ("PTP", "Phòng Tư pháp", "Tư pháp"),
            ("TYT1", "Trạm Y tế", ""),
            ("TYT2", "Trạm Y tế", ""),
        )
    }
    plan, wrong = people(
        "ho_ten,email,vai_tro,don_vi\n"
        "A,a@x.example,phụ trách,Phòng tư pháp\nB,b@x.example,phụ trách,ptp\nC,c@x.example,phụ trách,Trạm Y tế",
        Memory(known),
    )
    assert [line.unit for lines in plan.people.values() for line in lines][:2] == ["PTP", "PTP"]
    assert [number for number, _words in wrong] == [4]
