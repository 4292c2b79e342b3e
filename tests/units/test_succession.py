"""Reorganisation as arithmetic: faults of a change, and where each open assignment goes."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.units.succession import Change, Heir, Known, OpenWork, faults, propose

TODAY = date(2026, 7, 10)
DAY = date(2026, 7, 1)
UNITS = {
    1: Known(1, "Phòng Tư pháp", "PTP", parent_id=4),
    2: Known(2, "Phòng Văn hóa và Thông tin", "VHTT", parent_id=4),
    3: Known(3, "UBND xã Tân Lập", "TL", valid_from=date(2026, 7, 5)),
    4: Known(4, "UBND huyện Sơn Thanh", "UB"),
    5: Known(5, "Phòng Y tế", "YT", valid_to=date(2025, 2, 28)),
}
NEW = Heir(name="Văn phòng", code="VP")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("merged", (1, 1), DAY, heirs=(NEW,)), "chọn hai lần"),
        (Change("merged", (1,), DAY, heirs=(NEW,)), "ít nhất hai đơn vị"),
        (Change("merged", (1, 5), DAY, heirs=(NEW,)), "chỉ hoạt động đến hết ngày 28/2/2025"),
        (Change("merged", (1, 3), DAY, heirs=(NEW,)), "mang tên này từ ngày 5/7/2026"),
        (Change("merged", (1, 9), DAY, heirs=(NEW,)), "Không tìm thấy"),
        (Change("merged", (1, 2), DAY, heirs=(NEW, NEW)), "chỉ có một đơn vị kế thừa"),
        (Change("merged", (1, 2), DAY, heirs=(Heir(name="Văn phòng", code="X", parent_id=1),)), "cấp trên"),
        (Change("split", (1, 2), DAY, heirs=(NEW, NEW)), "Mỗi lần chỉ làm cho một đơn vị"),
        (Change("split", (1,), DAY, heirs=(NEW,)), "ít nhất hai đơn vị kế thừa"),
        (Change("split", (1,), DAY, heirs=(NEW, Heir(unit_id=2))), "ghi lĩnh vực"),
        (
            Change("split", (1,), DAY, heirs=(Heir(unit_id=2, function="a"), Heir(unit_id=2, function="b"))),
            "ghi hai lần",
        ),
        (Change("abolished", (1,), DAY, heirs=(Heir(unit_id=1),)), "không thể tự kế thừa"),
        (Change("renamed", (1,), DAY, heirs=(Heir(name="phòng  tư pháp"),)), "giống tên đang dùng"),
        (Change("renamed", (1,), DAY, heirs=(Heir(name="Phòng Văn hoá và Thông tin"),)), "Đã có đơn vị tên"),
        (Change("moved", (4,), DAY, heirs=(Heir(parent_id=1),)), "trực thuộc chính đơn vị này"),
        (Change("moved", (1,), DAY, heirs=(Heir(parent_id=4),)), "đã trực thuộc nơi này"),
        (Change("abolished", (1,), date(2026, 7, 11)), "Xin quay lại đúng ngày 11/7/2026"),
    ],
)
def test_what_cannot_be_is_said_with_the_way_out(change, words):
    assert any(words in fault.text for fault in faults(change, UNITS, TODAY))


def test_a_name_that_is_free_again_may_be_taken():
    """The new office may have the name of one that joins it, not of one that goes on."""
    same = Heir(name="Phòng Tư pháp", code="PTP2")
    assert faults(Change("merged", (1, 2), DAY, heirs=(same,)), UNITS, TODAY) == []


WORKS = [
    OpenWork(1, ("Biên soạn tài liệu về hộ tịch, chứng thực", "Công tác tư pháp"), 1),
    OpenWork(2, ("Tổ chức hội thi", "Công tác lao động, người có công"), 1),
    OpenWork(3, ("Báo cáo năm", ""), 1),
    OpenWork(4, ("Báo cáo tư pháp và lao động", ""), 1),
    OpenWork(5, ("Việc của đơn vị khác", ""), 2),
]
SPLIT = Change(
    "split",
    (1,),
    DAY,
    heirs=(
        Heir(unit_id=2, function="tư pháp; hộ tịch"),
        Heir(name="Phòng Lao động", code="LD", function="lao động, người có công"),
    ),
)


def moves(change, works=WORKS, names=("Phòng Văn hóa và Thông tin", "Phòng Lao động")):
    return {one.work_id: one for one in propose(change, works, names[: len(change.heirs)])}


def test_a_split_goes_by_the_words_of_the_task_then_of_its_section():
    found = moves(SPLIT)
    assert (found[1].to, found[2].to) == ("heir:0", "heir:1")
    assert "“hộ tịch”" in found[1].reason
    assert "“người có công”" in found[2].reason
    assert not found[1].doubt
    assert 5 not in found


def test_what_fits_nowhere_or_everywhere_goes_to_the_first_with_a_doubt():
    found = moves(SPLIT)
    assert (found[3].to, found[4].to) == ("heir:0", "heir:0")
    assert "Chưa rõ" in found[3].doubt
    assert "Cũng có thể thuộc Phòng Lao động" in found[4].doubt


def test_a_phrase_is_found_whole_only():
    works = [OpenWork(1, ("Tư pháp hộ tịchh",), 1)]
    change = Change("split", (1,), DAY, heirs=(Heir(unit_id=2, function="hộ tịch"), SPLIT.heirs[1]))
    assert moves(change, works)[1].doubt


def test_who_lives_on_keeps_its_own_work():
    change = Change("merged", (1, 2), DAY, heirs=(Heir(unit_id=2),))
    found = moves(change)
    assert change.ended == (1,)
    assert (found[1].to, found[5].to) == ("heir:0", "stay")


def test_without_a_successor_a_person_must_answer():
    found = moves(Change("abolished", (1,), DAY))
    assert {one.to for one in found.values()} == {""}
    assert all(one.doubt for one in found.values())


@pytest.mark.parametrize("kind", ["renamed", "moved"])
def test_under_a_new_name_or_place_everything_stays(kind):
    found = moves(Change(kind, (1,), DAY, heirs=(Heir(name="Phòng Tư pháp và Hộ tịch", parent_id=2),)))
    assert {one.to for one in found.values()} == {"stay"}
