"""Rosters as CSV: what is taken, and how wrong lines are named."""

from __future__ import annotations

import pytest

from tracker.access import UNIT_ROLES
from tracker.errors import Invalid
from tracker.units import roster

HEAD = "ma,ten,ten_ngan,loai,cap,dia_ban,thuoc,hom_thu,de_nghi,ten_khac\n"


def units(data: bytes | str) -> list[roster.UnitLine]:
    complaints = roster.Complaints()
    lines = roster.read_units(data, complaints)
    complaints.settle()
    return lines


def people(data: str) -> list[roster.PersonLine]:
    complaints = roster.Complaints()
    lines = roster.read_people(data, complaints, UNIT_ROLES)
    complaints.settle()
    return lines


LINE = "PTP,Phòng Tư pháp,Tư pháp,phòng ban,huyện,Sơn Thanh,UB,PTP@SonThanh.example,,PTP|Phòng TP"


@pytest.mark.parametrize(
    "data",
    [
        (HEAD + LINE).encode(),
        (HEAD + LINE).encode("utf-8-sig"),
        (HEAD + LINE).replace(",", ";").encode("utf-8-sig"),
        (HEAD + LINE).replace("\n", "\r\n").encode(),
        (
            "code,name,short_name,kind,level,place,parent,mailbox,courtesy,aliases\n"
            + LINE.replace("phòng ban", "office").replace("huyện", "district")
        ).encode(),
        (
            "Mã;Tên;Tên ngắn;Loại;Cấp;Địa bàn;Thuộc;Hộp thư;Đề nghị;Tên khác\n" + LINE.replace(",", ";")
        ).encode(),
    ],
    ids=["plain", "with a BOM", "semicolons", "Windows line ends", "English", "heads with marks"],
)
def test_one_unit_is_read_the_same_however_the_file_is_written(data: bytes) -> None:
    assert units(data) == [
        roster.UnitLine(
            number=2,
            code="PTP",
            name="Phòng Tư pháp",
            kind="office",
            short_name="Tư pháp",
            level="district",
            place="Sơn Thanh",
            parent="UB",
            mailbox="ptp@sonthanh.example",
            courtesy=False,
            aliases=("PTP", "Phòng TP"),
        )
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("phòng ban", "office"),
        ("Phòng, ban", "office"),
        ("xã", "commune"),
        ("thị trấn", "commune"),
        ("ngành dọc", "agency"),
        ("đoàn thể", "organisation"),
        ("Cơ quan chủ quản", "committee"),
        ("organisation", "organisation"),
        ("khác", "other"),
    ],
)
def test_the_kind_is_said_in_the_words_of_the_office(words: str, kind: str) -> None:
    assert units(f'ma,ten,loai\nA,Đơn vị A,"{words}"')[0].kind == kind


def test_a_column_that_is_missing_says_nothing() -> None:
    (unit,) = units("ma,ten,loai\nA,Đơn vị A,khác")
    assert (unit.short_name, unit.level, unit.parent, unit.mailbox, unit.courtesy) == (None,) * 5


def test_decomposed_letters_arrive_composed() -> None:
    import unicodedata

    (unit,) = units(unicodedata.normalize("NFD", "ma,ten,loai\nA,Phòng Tư pháp,phòng ban"))
    assert unit.name == "Phòng Tư pháp"


def test_every_wrong_line_is_named_with_what_is_wrong_and_how_to_mend_it() -> None:
    with pytest.raises(Invalid) as refusal:
        units(
            "ma,ten,loai,hom_thu\nA,Đơn vị A,khác,\n,Đơn vị B,khác,\n\n"
            "C,,ban,khong-phai-thu\nA,Đơn vị D,khác,"
        )
    assert str(refusal.value).splitlines() == [
        "Tệp có chỗ chưa đúng nên chưa dòng nào được ghi. Xin sửa rồi nạp lại.",
        "Dòng 3: thiếu mã; chỉ dùng chữ, số, dấu chấm, gạch; tối đa 60 ký tự.",
        "Dòng 5: hộp thư “khong-phai-thu” chưa đúng dạng ten@coquan.vn; xin sửa hoặc để trống.",
        "Dòng 5: loại “ban” chưa dùng được; "
        "dùng một trong: phòng ban, xã, ngành dọc, đoàn thể, cơ quan chủ quản, khác.",
        "Dòng 5: thiếu tên; xin điền vào.",
        "Dòng 6: mã “A” đã có ở dòng 2; xin bỏ một dòng hoặc sửa lại.",
    ]


def test_a_cell_of_two_lines_does_not_shift_the_numbers() -> None:
    with pytest.raises(Invalid, match="Dòng 4: thiếu tên"):
        units('ma,ten,loai\nA,"Đơn vị\nA",khác\nB,,khác')


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "trống"),
        (b"\xef\xbb\xbf", "không có dòng nào"),
        (b"PK\x03\x04 xlsx", "Excel"),
        ("ma,ten,loai\nA,Phòng Tư pháp,khác".encode("utf-16"), "UTF-8"),
        ("ma,ten,loai\nA,Ph\xf2ng,khác".encode("cp1252"), "UTF-8"),
        (b"ten,loai\nA,B", "thiếu cột: ma"),
        (b"ma,ten,loai\nA,Ban, ban,khac", "Dòng 2 thừa 1 ô"),
        (b"x" * (roster.LIMIT + 1), "5 MB"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        units(data)


def test_a_person_may_stand_on_several_lines() -> None:
    lines = people(
        "ho_ten,email,dien_thoai,vai_tro,don_vi\n"
        "Lê Thị Mai,Mai@sonthanh.example,0900 000 001,người đứng đầu,PTP\n"
        "Lê Thị Mai,mai@sonthanh.example,,theo dõi,PTP\n"
        "Vũ Đình Khôi,khoi@sonthanh.example,,lãnh đạo,\n"
    )
    assert [(line.email, line.role, line.unit) for line in lines] == [
        ("mai@sonthanh.example", "head", "PTP"),
        ("mai@sonthanh.example", "coordinator", "PTP"),
        ("khoi@sonthanh.example", "leader", ""),
    ]


def test_wrong_people_are_all_listed() -> None:
    with pytest.raises(Invalid) as refusal:
        people(
            "ho_ten,email,vai_tro,don_vi\n"
            "Lê Thị Mai,mai@sonthanh,phụ trách,TL\n"
            "Lê Thị Mai,mai@sonthanh.example,phụ trách,\n"
            "Vũ Đình Khôi,khoi@sonthanh.example,lãnh đạo,TL\n"
            "Vũ Đình Khôi,khoi@sonthanh.example,sếp,\n"
            "Đỗ Yến,yen@sonthanh.example,xem,\n"
            "Đỗ Hải Yến,yen@sonthanh.example,quản lý,\n"
        )
    lines = str(refusal.value).splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == ["Dòng 2", "Dòng 3", "Dòng 4", "Dòng 5", "Dòng 7"]
    assert "ten@coquan.vn" in lines[0]
    assert "ghi mã đơn vị" in lines[1]
    assert "để trống cột don_vi" in lines[2]
    assert "dùng một trong" in lines[3]
    assert "dòng 6 là của Đỗ Yến" in lines[4]


def test_a_group_is_a_kind_or_a_list_never_both() -> None:
    complaints = roster.Complaints()
    groups = roster.read_groups(
        "ten,loai,don_vi,ten_khac\nUBND các xã,xã,,UBND cấp xã\nBan chỉ đạo,,TL|BM,\nMơ hồ,xã,TL,\nRỗng,,,",
        complaints,
    )
    assert [(group.name, group.kind, group.units) for group in groups] == [
        ("UBND các xã", "commune", ()),
        ("Ban chỉ đạo", "", ("TL", "BM")),
    ]
    assert [number for number, _ in complaints.found] == [4, 5]
