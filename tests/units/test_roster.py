"""Lists of units, groups and people: what is taken, and how wrong lines are named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.access import UNIT_ROLES
from tracker.documents.rows import LIMIT, read_rows
from tracker.errors import Invalid
from tracker.units import roster
from tracker.units.roster import Spelling
from tracker.vietnamese.forms import tidy

HEAD = "ma,ten,ten_ngan,loai,cap,dia_ban,thuoc,hom_thu,de_nghi,ten_khac\n"


def units(data: bytes | str) -> list[roster.UnitLine]:
    complaints = roster.Complaints()
    lines = roster.read_units(read_rows(data), complaints)
    complaints.settle()
    return lines


def people(data: str) -> list[roster.PersonLine]:
    complaints = roster.Complaints()
    lines = roster.read_people(read_rows(data), complaints, UNIT_ROLES)
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
            spellings=(Spelling("PTP"), Spelling("Phòng TP")),
            said=frozenset(
                (
                    "code",
                    "name",
                    "short_name",
                    "kind",
                    "level",
                    "place",
                    "parent",
                    "mailbox",
                    "courtesy",
                    "aliases",
                )
            ),
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
    assert unit.said == {"code", "name", "kind"}


def test_decomposed_letters_arrive_composed() -> None:
    import unicodedata

    (unit,) = units(unicodedata.normalize("NFD", "ma,ten,loai\nA,Phòng Tư pháp,phòng ban"))
    assert unit.name == "Phòng Tư pháp"


def test_every_wrong_line_is_named_with_what_is_wrong_and_how_to_mend_it() -> None:
    with pytest.raises(Invalid) as refusal:
        units("ma,ten,loai,hom_thu\nA,Đơn vị A,khác,\n,Đơn vị B,khác,\n\nC,,ban,khong-phai-thu")
    assert str(refusal.value).splitlines() == [
        "Tệp có chỗ chưa đúng nên chưa dòng nào được ghi. Xin sửa rồi nạp lại.",
        "Dòng 3: thiếu mã; chỉ dùng chữ, số, dấu chấm, gạch; tối đa 60 ký tự.",
        "Dòng 5: hộp thư “khong-phai-thu” chưa đúng dạng ten@coquan.vn; xin sửa hoặc để trống.",
        "Dòng 5: loại “ban” chưa dùng được; "
        "dùng một trong: phòng ban, xã, ngành dọc, đoàn thể, cơ quan chủ quản, khác.",
        "Dòng 5: thiếu tên; xin điền vào.",
    ]


def test_a_cell_of_two_lines_does_not_shift_the_numbers() -> None:
    with pytest.raises(Invalid, match="Dòng 4: thiếu tên"):
        units('ma,ten,loai\nA,"Đơn vị\nA",khác\nB,,khác')


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "trống"),
        (b"\xef\xbb\xbf", "không có dòng nào"),
        (b"\xd0\xcf\x11\xe0 xls", ".xls"),
        ("ma,ten,loai\nA,Phòng Tư pháp,khác".encode("utf-16"), "UTF-8"),
        ("ma,ten,loai\nA,Ph\xf2ng,khác".encode("cp1252"), "UTF-8"),
        (b"ten,loai\nA,B", "thiếu cột: Mã"),
        (b"ma,ten,loai\nA,Ban, ban,khac", "Dòng 2: thừa 1 ô"),
        (b"ma,ten,loai,Ten\nA,B,khac,B", "hai cột cùng tên: Tên"),
        (b"x" * (LIMIT + 1), "5 MB"),
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
        )
    lines = str(refusal.value).splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == ["Dòng 2", "Dòng 3", "Dòng 4", "Dòng 5"]
    assert "ten@coquan.vn" in lines[0]
    assert "ghi mã đơn vị" in lines[1]
    assert "để trống cột Đơn vị" in lines[2]
    assert "dùng một trong" in lines[3]


def test_each_kind_of_name_has_its_column() -> None:
    (unit,) = units(
        "Mã,Tên,Loại,Tên khác,Tên viết tắt,Tên cũ\n"
        r"A,Phòng Tư pháp,phòng ban,P. Tư pháp; Tư pháp \| Hộ tịch,PTP,Ban Tư pháp"
    )
    assert unit.spellings == (
        Spelling("P. Tư pháp"),
        Spelling("Tư pháp | Hộ tịch"),
        Spelling("PTP", "abbreviation"),
        Spelling("Ban Tư pháp", "old"),
    )


@pytest.mark.parametrize("said", ["01/07/2025", "1/7/2025", "1-7-2025", "2025-07-01"])
def test_a_day_is_read_however_it_is_written(said: str) -> None:
    (unit,) = units(f"ma,ten,loai,hieu_luc_tu\nA,Đơn vị A,khác,{said}")
    assert unit.valid_from == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("31/02/2025", "", "hiệu lực từ “31/02/2025” chưa dùng được"),
        ("", "hôm nào", "hiệu lực đến “hôm nào” chưa dùng được"),
        ("01/07/2025", "30/06/2025", "sớm hơn hiệu lực từ 01/07/2025"),
    ],
)
def test_days_that_cannot_be_are_named(first: str, last: str, words: str) -> None:
    with pytest.raises(Invalid, match=f"Dòng 2: .*{words}"):
        units(f"ma,ten,loai,hieu_luc_tu,hieu_luc_den\nA,Đơn vị A,khác,{first},{last}")


def test_a_formula_that_failed_is_no_name() -> None:
    with pytest.raises(Invalid, match="Dòng 2: cột Tên có công thức lỗi"):
        units("ma,ten,loai\nA,#REF!,khác")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Mã,Tên,Loại,Đơn vị", roster.UNITS),
        ("Tên,Loại,Đơn vị", roster.GROUPS),
        ("Họ tên,Email,Vai trò,Đơn vị", roster.PEOPLE),
    ],
)
def test_the_head_tells_which_list_it_is(head: str, kind: str) -> None:
    assert roster.kind_of(read_rows(head)) == kind


def test_a_head_that_tells_nothing_is_refused_with_the_heads_that_would() -> None:
    with pytest.raises(Invalid, match="đơn vị cần Mã"):
        roster.kind_of(read_rows("STT,Ghi chú\n1,x"))


@given(st.lists(st.text(min_size=1, max_size=20), max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_list_in_a_cell_comes_back_as_it_was(parts: list[str]) -> None:
    names = tuple(dict.fromkeys(text for part in parts if (text := tidy(part))))
    assert roster.split(roster.join(names)) == names


def test_a_title_above_the_head_is_passed_over_and_lines_keep_their_numbers() -> None:
    """As lists are kept in an office: a title, an empty row, a column of numbers."""
    rows = read_rows(
        "DANH SÁCH ĐƠN VỊ HUYỆN SƠN THANH,,,,\n(Kèm theo Công văn số 5),,,,\n\n"
        "STT,Mã đơn vị,Tên đơn vị,Loại,Email\n1,PTP,Phòng Tư pháp,phòng ban,tp@sonthanh.example\n"
        "2,,Phòng Y tế,phòng ban,"
    )
    complaints = roster.Complaints()
    (found,) = roster.read_units(rows, complaints)
    assert (roster.kind_of(rows), found.number, found.code, found.mailbox) == (
        roster.UNITS,
        5,
        "PTP",
        "tp@sonthanh.example",
    )
    assert [number for number, _words in complaints.found] == [6]


def test_people_are_known_by_the_heads_that_offices_use() -> None:
    rows = read_rows(
        "STT,Họ và tên,Email,SĐT,Vai trò,Tên đơn vị\n1,Lê Văn A,a@x.example,0900,phụ trách,Phòng Tư pháp"
    )
    (found,) = roster.read_people(rows, roster.Complaints(), {"officer"})
    assert (roster.kind_of(rows), found.name, found.phone, found.unit) == (
        roster.PEOPLE,
        "Lê Văn A",
        "0900",
        "Phòng Tư pháp",
    )
