"""The tree of units, one unit's page, and the form: what each person sees and does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from tests.web.test_work_pages import text
from tracker.extensions import db
from tracker.services import units
from tracker.services.units import Entry
from tracker.store.models import Alias, Unit, UnitSuccession, UnitVersion
from tracker.units.matching import key

pytestmark = pytest.mark.usefixtures("sqlite_app")
FIELDS = {"ten": "Trạm Khuyến nông", "loai": "other", "cap": "", "dia-ban": "", "hop-thu": ""}


def put_under(world, unit_id: int, parent_id: int) -> None:
    db.session.get(Unit, unit_id).versions[-1].parent_id = parent_id
    db.session.commit()


def test_units_stand_under_their_parent_by_kind(world, signed_in):
    put_under(world, world.culture, world.justice)
    words = text(signed_in("officer").get("/don-vi"))
    assert "UBND huyện Sơn Thanh có 7 đơn vị" in words
    assert "Phòng Tư pháp 1 đơn vị trực thuộc Phòng Văn hóa và Thông tin" in words
    assert words.index("Phòng, ban") < words.index("Mặt trận, đoàn thể") < words.index("UBND xã Bình Minh")


def test_a_courtesy_unit_is_asked(world, signed_in):
    client = signed_in("officer")
    assert "đề nghị, không giao" in text(client.get("/don-vi"))
    assert "đề nghị, không giao" in text(client.get(f"/don-vi/{world.front}"))


def test_figures_are_shown_to_those_who_oversee_and_ones_own_to_everybody(published, signed_in):
    assert "1 quá hạn 3 việc chưa xong" in text(signed_in("leader").get("/don-vi"))
    words = text(signed_in("officer").get("/don-vi"))
    assert words.count("việc chưa xong") == 1
    assert "việc chưa xong" not in text(signed_in("manager").get("/don-vi"))


def test_the_house_of_an_earlier_day(world, signed_in):
    units.change_from(
        world.actor("manager"),
        world.culture,
        Entry("Phòng Văn hóa - Xã hội", kind="office"),
        since=date(2026, 3, 1),
        at=world.clock(),
    )
    client = signed_in("officer")
    assert "Phòng Văn hóa - Xã hội" in text(client.get("/don-vi"))
    words = text(client.get("/don-vi?ngay=2026-02-28"))
    assert "Phòng Văn hóa và Thông tin" in words
    assert "như ngày 28/2/2026" in words
    assert client.get("/don-vi?ngay=31/02/2026").status_code == 422


def test_a_unit_that_is_over_says_what_became_of_it(world, signed_in):
    db.session.get(Unit, world.phu_hoa).versions[-1].valid_to = date(2026, 3, 31)
    db.session.add(
        UnitSuccession(
            unit_id=world.phu_hoa,
            successor_id=world.tan_lap,
            kind="merged",
            effective_on=date(2026, 4, 1),
            document="Nghị quyết số 12/NQ-HĐND",
        )
    )
    db.session.commit()
    client = signed_in("officer")
    words = text(client.get("/don-vi"))
    assert "UBND xã Phú Hòa đến ngày 31/3/2026: sáp nhập thành UBND xã Tân Lập" in words
    assert "có 6 đơn vị" in words
    assert "sáp nhập từ UBND xã Phú Hòa" in text(client.get(f"/don-vi/{world.tan_lap}"))
    ended = text(signed_in("manager").get(f"/don-vi/{world.phu_hoa}"))
    assert "Nghị quyết số 12/NQ-HĐND" in ended
    assert "Lịch của đơn vị" not in ended


def test_search_needs_no_marks(world, signed_in):
    words = text(signed_in("officer").get("/don-vi?tim=tan+lap"))
    assert "Tìm thấy 1 đơn vị" in words
    assert "UBND xã Tân Lập" in words
    assert "Không có đơn vị nào như vậy" in text(signed_in("officer").get("/don-vi?tim=xyz"))


def test_thousands_of_units_take_few_questions_and_a_short_page(sqlite_app, world, signed_in):
    at = datetime(2026, 1, 2, tzinfo=UTC)
    for number in range(3_000):
        unit = Unit(committee_id=world.committee, code=f"X{number}", created_at=at)
        unit.versions.append(
            UnitVersion(ordinal=1, name=f"UBND xã Số {number}", kind="commune", parent_id=world.justice)
        )
        db.session.add(unit)
    db.session.commit()
    client, asked = signed_in("leader"), []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    answer = client.get("/don-vi")
    assert "Xem 3000 đơn vị" in text(answer)
    assert len(asked) < 20
    assert len(answer.data) < 100_000
    listed = client.get(re.search(r'href="(/don-vi\?[^"]*thuoc[^"]*)"', answer.text)[1].replace("&amp;", "&"))
    assert "trang 1/30" in text(listed)
    asked.clear()
    assert client.get(f"/don-vi/{world.justice}").status_code == 200
    assert len(asked) < 60
    form = text(signed_in("manager").get("/don-vi/them"))
    assert "Mã đơn vị cấp trên" in form


def test_a_manager_adds_and_changes_a_unit(world, signed_in, send):
    client = signed_in("manager")
    answer = send(client, "/don-vi/them", "/don-vi/them", **FIELDS, thuoc=world.culture)
    assert answer.status_code == 303
    page = answer.location
    assert "Phòng Văn hóa và Thông tin" in text(client.get(page))
    changed = FIELDS | {"ten": "Trung tâm Khuyến nông", "cach": "tu-ngay", "tu-ngay": "2026-05-01"}
    assert send(client, page + "/sua", page + "/sua", **changed).status_code == 303
    words = text(client.get(page))
    assert "Đơn vị qua các thời kỳ" in words
    assert "Trạm Khuyến nông đến hết 30/4/2026" in words
    assert "Thêm đơn vị" in words, "the history of deeds"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ten": "Phòng Tư pháp", "loai": "office"}, "cùng tên"),
        ({"ma": "PTP"}, "Mã “PTP” đang dùng"),
        ({"hop-thu": "khong phai"}, "Hộp thư"),
        ({"tu-ngay": "hôm qua"}, "Ngày “hôm qua” chưa đúng"),
    ],
)
def test_a_refusal_keeps_what_was_typed(world, signed_in, send, fields, words):
    answer = send(signed_in("manager"), "/don-vi/them", "/don-vi/them", **(FIELDS | fields))
    assert answer.status_code in (409, 422)
    assert words in text(answer)
    assert (FIELDS | fields)["ten"] in answer.text


def test_a_spelling_is_added_and_a_learned_one_removed(world, signed_in, send):
    said = "P. Tư pháp nhà ta"
    db.session.add(
        Alias(committee_id=world.committee, key=key(said), text=said, unit_id=world.justice, origin="chosen")
    )
    db.session.commit()
    client, page = signed_in("manager"), f"/don-vi/{world.justice}"
    assert "học từ lần kiểm tra kế hoạch" in text(client.get(page))
    send(client, page, page + "/ten-goi", ten="Phòng TP", loai="abbreviation")
    words = text(client.get(page))
    assert "Phòng TP viết tắt" in words
    gone = re.search(rf'action="({page}/ten-goi/\d+/bo)"', client.get(page).text)[1]
    send(client, page, gone)
    assert said not in text(client.get(page)).split("Nhật ký")[0]


def test_others_are_offered_no_change_and_refused_one(world, signed_in):
    client = signed_in("officer")
    assert "Thêm đơn vị" not in text(client.get("/don-vi"))
    assert "Thêm tên gọi" not in text(client.get(f"/don-vi/{world.tan_lap}"))
    assert client.get("/don-vi/them").status_code == 403
    assert client.get(f"/don-vi/{world.tan_lap}/sua").status_code == 403


def test_a_unit_page_shows_what_presses_to_those_whose_work_it_is(published, world, signed_in):
    page = f"/don-vi/{world.tan_lap}"
    assert "Việc quá hạn và sắp đến hạn Rà soát" in text(signed_in("officer").get(page))
    assert "Việc quá hạn và sắp đến hạn" not in text(signed_in("other").get(page))


def test_a_unit_page_names_its_groups(world, signed_in):
    assert "Thuộc nhóm UBND các xã, thị trấn" in text(signed_in("officer").get(f"/don-vi/{world.tan_lap}"))


def test_a_group_leads_to_itself(world, signed_in):
    page = f"/don-vi/{world.tan_lap}"
    for who, address in (
        ("manager", f"/don-vi/nhom/{world.communes}"),
        ("officer", f"/don-vi/nhom#nhom-{world.communes}"),
    ):
        client = signed_in(who)
        assert f'href="{address}"' in client.get(page).get_data(as_text=True)
        there = client.get(address.partition("#")[0])
        assert there.status_code == 200
        assert who == "manager" or f'id="nhom-{world.communes}"' in there.get_data(as_text=True)
