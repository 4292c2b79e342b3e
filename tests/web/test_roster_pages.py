"""Lists through the pages: shown first, taken as shown, given out again; the same without script."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tracker.access import OPERATOR
from tracker.documents.rows import read_rows
from tracker.extensions import db
from tracker.services import rosters
from tracker.store.models import Fact, Person, Role, Unit
from tracker.web.rosters import CARRIED

GOOD = (
    "Mã,Tên,Loại,Hộp thư\nPTP,Phòng Tư pháp,phòng ban,tuphap@sonthanh.example\nKT,Phòng Kinh tế,phòng ban,\n"
)
BAD = "Mã,Tên,Loại,Hộp thư\nPTP,Phòng Tư pháp,phòng ban,không\nKT,,phòng ban,\n"


@pytest.fixture
def manager(sqlite_app: Flask, world: Any, signed_in: Any) -> Any:
    return signed_in("manager")


def token(client: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/don-vi/nap").get_data(as_text=True))
    assert found
    return found[1]


def show(client: Any, text: str | bytes, name: str = "don-vi.csv") -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    given = {"csrf_token": token(client), "tep": (io.BytesIO(data), name)}
    return client.post("/don-vi/nap", data=given, content_type="multipart/form-data")


def fields(page: str) -> dict[str, str]:
    """The confirming form as a browser would send it."""
    form = page[page.index('action="/don-vi/nap/ghi"') :]
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def units() -> dict[str, str]:
    db.session.rollback()
    return {unit.code: unit.mailbox for unit in db.session.scalars(select(Unit))}


def scalar(query: Any) -> Any:
    db.session.rollback()
    return db.session.scalar(query)


def test_a_file_is_shown_and_then_taken_as_it_was_shown(manager: Any) -> None:
    page = show(manager, GOOD).get_data(as_text=True)
    assert "thêm 1, sửa 1, giữ nguyên 0" in page
    assert "tuphap@sonthanh.example" in page
    assert "KT" not in units(), "nothing is written while it is only shown"
    answer = manager.post("/don-vi/nap/ghi", data=fields(page))
    assert (answer.status_code, answer.location) == (303, "/don-vi")
    assert units()["PTP"] == "tuphap@sonthanh.example"
    assert "KT" in units()
    assert "Đã ghi danh sách: thêm 1, sửa 1, giữ nguyên 0." in manager.get("/don-vi").get_data(as_text=True)


def test_the_same_file_again_has_nothing_to_write(manager: Any) -> None:
    manager.post("/don-vi/nap/ghi", data=fields(show(manager, GOOD).get_data(as_text=True)))
    page = show(manager, GOOD).get_data(as_text=True)
    assert "giống hệt" in page
    assert "/don-vi/nap/ghi" not in page


def test_every_wrong_line_is_on_the_page_and_nothing_can_be_confirmed(manager: Any) -> None:
    answer = show(manager, BAD)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Có 2 chỗ cần sửa" in page
    assert "Hộp thư “không”" in page
    assert "Thiếu tên" in page
    assert "/don-vi/nap/ghi" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "trống"), (b"PK\x03\x04", "bị hỏng"), (b"STT,Ghi\n1,2", "Chưa rõ tệp là danh sách gì")],
)
def test_what_is_no_list_is_said_on_the_page(manager: Any, data: bytes, words: str) -> None:
    answer = show(manager, data)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_no_file_at_all_is_said(manager: Any) -> None:
    answer = manager.post("/don-vi/nap", data={"csrf_token": token(manager)})
    assert (answer.status_code, "Chưa có tệp nào" in answer.get_data(as_text=True)) == (422, True)


def test_lists_that_changed_meanwhile_are_shown_again(manager: Any, world: Any) -> None:
    given = fields(show(manager, GOOD).get_data(as_text=True))
    rosters.import_units(OPERATOR, world.committee, GOOD.replace("tuphap@", "khac@"), at=world.clock())
    answer = manager.post("/don-vi/nap/ghi", data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Danh sách đã đổi từ lúc xem trước" in page
    assert units()["PTP"] == "khac@sonthanh.example"
    assert manager.post("/don-vi/nap/ghi", data=fields(page)).status_code == 303


def test_a_form_that_lost_its_file_or_its_mark_writes_nothing(manager: Any) -> None:
    given = fields(show(manager, GOOD).get_data(as_text=True))
    for change in ({"tep": "x"}, {"tep": ""}, {"dau": ""}, {"dau": "0" * 24}):
        assert manager.post("/don-vi/nap/ghi", data={**given, **change}).status_code in (409, 422)
    assert "KT" not in units()


def test_people_are_taken_and_lead_to_their_page(manager: Any) -> None:
    data = "Họ tên,Email,Vai trò,Đơn vị\nTrần Mới,moi@sonthanh.example,phụ trách,PTP"
    answer = manager.post("/don-vi/nap/ghi", data=fields(show(manager, data).get_data(as_text=True)))
    assert answer.location == "/nguoi-dung"
    assert scalar(select(Person.name).where(Person.email == "moi@sonthanh.example")) == "Trần Mới"


def test_a_whole_country_fits_through_the_form(manager: Any) -> None:
    lines = [f"X{n},UBND xã Số {n},xã,xã,vanthu.xa{n}@coquan.example" for n in range(3355)]
    page = show(manager, "Mã,Tên,Loại,Cấp,Hộp thư\n" + "\n".join(lines)).get_data(as_text=True)
    given = fields(page)
    assert len(given["tep"]) < CARRIED
    assert "Còn 3055 dòng nữa" in page
    assert manager.post("/don-vi/nap/ghi", data=given).status_code == 303
    assert scalar(select(func.count()).select_from(Unit)) == 3355 + 7


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_lists_are_given_out_and_come_back_unchanged(manager: Any, form: str) -> None:
    facts = scalar(select(func.count()).select_from(Fact))
    for kind in ("units", "groups", "people"):
        answer = manager.get(f"/don-vi/xuat/{kind}.{form}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        assert len(read_rows(answer.data)) > 1
        assert "giống hệt" in show(manager, answer.data, f"x.{form}").get_data(as_text=True)
    assert scalar(select(func.count()).select_from(Fact)) == facts


def test_lists_are_for_the_manager(sqlite_app: Flask, world: Any, signed_in: Any) -> None:
    officer = signed_in("officer")
    for address in ("/don-vi/nap", "/don-vi/xuat/units.csv", "/don-vi/xuat/people.xlsx"):
        assert officer.get(address).status_code == 403
    assert "/don-vi/nap" not in officer.get("/don-vi").get_data(as_text=True)


def test_the_units_page_leads_to_the_lists(manager: Any) -> None:
    assert 'href="/don-vi/nap"' in manager.get("/don-vi").get_data(as_text=True)
    assert 'href="/don-vi/nap"' in manager.get("/nguoi-dung").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "place", "office"),
    [
        ("quan-huyen-truoc-2025-don-vi.csv", "huyện An Bình", "UBND huyện An Bình"),
        ("xa-don-vi.csv", "Xã Phú Hòa", "UBND xã Phú Hòa"),
        ("tinh-don-vi.csv", "tỉnh Sơn Hà", "UBND tỉnh Sơn Hà"),
    ],
)
def test_a_ready_made_list_is_filled_with_the_place_and_taken_with_its_groups(
    sqlite_app: Flask, world: Any, signed_in: Any, name: str, place: str, office: str
) -> None:
    manager = signed_in("manager")
    other = rosters.create_committee(OPERATOR, office, place, place, at=world.clock())
    db.session.add(Role(person_id=world.people["manager"], role="manager", committee_id=other))
    db.session.commit()
    manager.get(f"/don-vi?co-quan={other}")
    for file in (name, name.replace("don-vi", "nhom")):
        given = {"csrf_token": token(manager), "mau": file, "dia-danh": place}
        answer = manager.post("/don-vi/nap", data=given)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, page[page.index("loi") :][:2000]
        assert "{" not in "".join(fields(page)["ten"])
        assert manager.post("/don-vi/nap/ghi", data=fields(page)).status_code == 303
    assert office in manager.get("/don-vi").get_data(as_text=True)


def test_a_ready_made_list_without_a_place_or_of_another_name_is_refused(manager: Any) -> None:
    for given, words in (
        ({"mau": "xa-don-vi.csv", "dia-danh": "Phú Hòa"}, "cùng cấp của nó"),
        ({"mau": "../pyproject.toml", "dia-danh": "xã Phú Hòa"}, "Không có danh sách mẫu này"),
    ):
        answer = manager.post("/don-vi/nap", data={"csrf_token": token(manager), **given})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
