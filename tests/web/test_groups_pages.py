"""The pages of groups: the list as of a day, the form with its preview, exceptions by unticking."""

from __future__ import annotations

from tracker.extensions import db
from tracker.store.models import UnitGroup


def text_of(answer) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def test_the_list_says_how_each_group_is_meant_and_whom_it_means(sqlite_app, world, signed_in):
    page = text_of(signed_in("manager").get("/don-vi/nhom"))
    assert "UBND các xã, thị trấn" in page
    assert "Xã, phường, thị trấn" in page
    assert "3 đơn vị" in page
    assert "UBND cấp xã" in page
    assert "Thêm nhóm" in page


def test_a_day_that_is_none_is_said_beside_its_field(sqlite_app, world, signed_in):
    assert "chưa phải là một ngày" in text_of(signed_in("manager").get("/don-vi/nhom?ngay=mai"))


def test_who_may_not_change_groups_sees_them_only(sqlite_app, world, signed_in):
    client = signed_in("officer")
    assert "Thêm nhóm" not in text_of(client.get("/don-vi/nhom"))
    assert client.get("/don-vi/nhom/them").status_code == 403


def test_the_preview_shows_the_units_and_saves_nothing(sqlite_app, world, signed_in, send):
    given = {"name": "Các phòng", "how": "rule", "kind": "office", "day": "1/3/2026", "do": "preview"}
    answer = send(signed_in("manager"), "/don-vi/nhom/them", "/don-vi/nhom/them", **given)
    page = text_of(answer)
    assert "3 đơn vị ngày 01/03/2026" in page or "3 đơn vị ngày 1/3/2026" in page
    assert "Phòng Tư pháp" in page
    assert db.session.query(UnitGroup).count() == 1


def test_unticking_a_unit_in_the_preview_leaves_it_out(sqlite_app, world, signed_in, send):
    shown = f"{world.tan_lap},{world.binh_minh},{world.phu_hoa}"
    given = {
        "name": "Các xã điểm",
        "how": "rule",
        "kind": "commune",
        "meant-shown": shown,
        "meant": [world.tan_lap, world.binh_minh],
        "do": "save",
    }
    client = signed_in("manager")
    assert send(client, "/don-vi/nhom/them", "/don-vi/nhom/them", **given).status_code == 303
    db.session.rollback()
    group = db.session.query(UnitGroup).filter_by(name="Các xã điểm").one()
    assert group.exceptions == [world.phu_hoa]
    page = text_of(client.get("/don-vi/nhom"))
    assert "trừ UBND xã Phú Hòa" in page


def test_a_group_that_matches_nobody_is_asked_about_once(sqlite_app, world, signed_in, send):
    given = {"name": "Các chi cục", "how": "rule", "kind": "agency", "do": "save"}
    client = signed_in("manager")
    answer = send(client, "/don-vi/nhom/them", "/don-vi/nhom/them", **given)
    assert answer.status_code == 422
    assert "Vẫn lưu" in text_of(answer)
    assert 'value="Các chi cục"' in text_of(answer)
    assert send(client, "/don-vi/nhom/them", "/don-vi/nhom/them", **given, empty="1").status_code == 303
    assert "không có đơn vị nào" in text_of(client.get("/don-vi/nhom"))


def test_a_list_is_made_of_ticked_units(sqlite_app, world, signed_in, send):
    given = {"name": "Hai phòng", "how": "list", "member": [world.justice, world.culture], "do": "save"}
    client = signed_in("manager")
    assert send(client, "/don-vi/nhom/them", "/don-vi/nhom/them", **given).status_code == 303
    assert "danh sách 2 đơn vị" in text_of(client.get("/don-vi/nhom"))


def test_a_group_is_changed_and_removed(sqlite_app, world, signed_in, send):
    client = signed_in("manager")
    page = f"/don-vi/nhom/{world.communes}"
    assert "3 đơn vị ngày" in text_of(client.get(page))
    given = {"name": "Các xã", "how": "rule", "kind": "commune", "spellings": "UBND cấp xã", "do": "save"}
    assert send(client, page, page, **given).status_code == 303
    assert "Các xã" in text_of(client.get("/don-vi/nhom"))
    assert send(client, page, f"{page}/xoa").status_code == 303
    assert "Chưa có nhóm nào" in text_of(client.get("/don-vi/nhom"))


def test_a_group_of_nobody_is_no_page(sqlite_app, world, signed_in):
    assert signed_in("manager").get("/don-vi/nhom/999").status_code == 404
