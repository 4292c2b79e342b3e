"""Pages of people: adding, the staff change with its preview, absences, contacts; and in a browser with axe."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.browser.arriving import faults, follow, log_in, too_wide
from tracker.extensions import db
from tracker.store.models import Contact, Person, Role

NEW = {"name": "Hoàng Gia Linh", "email": "linh@sonthanh.example", "phone": "024 3936 1234"}


def text_of(answer) -> str:
    html = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def staff_change(world, **other):
    given = {"nguoi": world.people["officer"], "don-vi": world.tan_lap, "day": "12/5/2026", "close": "1"}
    return given | NEW | other


@pytest.fixture
def manager(sqlite_app, world, signed_in):
    return signed_in("manager")


def test_an_address_from_which_mail_came_back_is_marked_in_words_until_it_is_another_one(
    manager, published, world, send
):
    one = db.session.get(Person, world.people["officer"])
    one.bounced_at, one.bounce = datetime(2026, 5, 11, 2, tzinfo=UTC), "550 5.1.1 User unknown"
    address = {"name": one.name, "email": "Officer@sonthanh.example"}
    db.session.add(Contact(unit_id=world.tan_lap, duty="officer", **address))
    db.session.commit()
    person = f"/nguoi-dung/{one.id}"
    for page in ("/nguoi-dung", f"/don-vi/{world.tan_lap}", f"/don-vi/{world.tan_lap}/lien-he"):
        assert "thư bị trả lại từ 11/5/2026" in text_of(manager.get(page)), page
    assert "550 5.1.1 User unknown" in text_of(manager.get(person))
    entered = {"name": one.name, "email": "thu.hang@sonthanh.example", "phone": ""}
    send(manager, person, f"{person}/sua", **entered)
    for page in ("/nguoi-dung", person, f"/don-vi/{world.tan_lap}", f"/don-vi/{world.tan_lap}/lien-he"):
        assert "bị trả lại" not in text_of(manager.get(page)), page


def test_the_list_finds_people_without_marks_and_without_script(manager):
    page = text_of(manager.get("/nguoi-dung?tim=thu+hang"))
    assert "Nguyễn Thu Hằng" in page
    assert "Trần Quốc Bảo" not in page
    assert "Không có người dùng nào khớp" in text_of(manager.get("/nguoi-dung?tim=khong+co"))


def test_units_without_anybody_are_named_with_the_way_out(manager, published, world):
    page = manager.get("/nguoi-dung").get_data(as_text=True)
    assert "Đơn vị chưa có người nhận thư" in page
    assert "UBND xã Phú Hòa" in page
    assert f"/nguoi-dung/them?don-vi={world.phu_hoa}" in page
    form = manager.get(f"/nguoi-dung/them?don-vi={world.phu_hoa}").get_data(as_text=True)
    assert f'<option value="{world.phu_hoa}" selected>' in form


def test_somebody_is_added_or_refused_beside_what_was_typed(manager, world, send):
    fields = NEW | {"role": "officer", "don-vi": world.phu_hoa}
    refused = send(manager, "/nguoi-dung/them", "/nguoi-dung/them", **(fields | {"email": ""}))
    assert refused.status_code == 422
    assert "Chưa có địa chỉ thư điện tử" in text_of(refused)
    assert 'value="Hoàng Gia Linh"' in refused.get_data(as_text=True)
    added = send(manager, "/nguoi-dung/them", "/nguoi-dung/them", **fields)
    page = text_of(manager.get(added.location))
    assert "UBND xã Phú Hòa" in page
    assert "chưa đặt mật khẩu" in page


@pytest.mark.parametrize(
    ("form", "typed", "kept"),
    [
        ("sua", {"name": "Nguyễn Thu Hằng A", "email": "khong-phai-thu", "phone": "024 5"}, "khong-phai-thu"),
        ("vai-tro", {"role": "head", "don-vi": "", "begins": "2/6/2026"}, "2/6/2026"),
        ("vai-tro", {"role": "officer", "don-vi": "", "begins": "mai kia"}, "mai kia"),
    ],
)
def test_a_small_form_that_is_refused_keeps_what_was_typed(manager, world, send, form, typed, kept):
    page = f"/nguoi-dung/{world.people['officer']}"
    answer = send(manager, page, f"{page}/{form}", **typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'value="{kept}"' in html
    assert 'role="alert"' in html
    assert form == "sua" or '<details class="fold mt-3" open>' in html


def test_ending_the_only_role_of_a_unit_is_not_silent(manager, published, world, send):
    address = f"/nguoi-dung/{world.people['other']}"
    assert "là người duy nhất của UBND xã Bình Minh" in text_of(manager.get(address))
    role = db.session.scalar(select(Role.id).where(Role.person_id == world.people["other"]))
    done = send(manager, address, f"{address}/vai-tro/{role}/ket-thuc", last_day="")
    page = text_of(manager.get(done.location))
    assert "Chưa có người nhận thư: UBND xã Bình Minh" in page
    assert "đã thôi" in page


def test_a_staff_change_shows_first_and_ends_the_old_session(manager, published, world, signed_in, send):
    old = signed_in("officer")
    assert old.get("/viec").status_code == 200
    address = "/nguoi-dung/thay-nguoi"
    preview = send(manager, address, address, step="preview", **staff_change(world))
    assert "Hoàng Gia Linh thay Nguyễn Thu Hằng" in text_of(preview)
    assert old.get("/viec").status_code == 200
    again = send(manager, address, address, step="back", **staff_change(world))
    assert 'value="linh@sonthanh.example"' in again.get_data(as_text=True)
    done = send(manager, address, address, step="save", **staff_change(world))
    assert done.status_code == 303
    assert old.get("/viec").status_code == 302
    assert "Đã thay người phụ trách" in text_of(manager.get(done.location))


def test_a_wrong_staff_change_is_refused_with_the_form(manager, world, send):
    address = "/nguoi-dung/thay-nguoi"
    answer = send(manager, address, address, step="preview", **staff_change(world, day="31/12/2026"))
    assert answer.status_code == 422
    assert "chưa tới" in text_of(answer)
    assert 'value="Hoàng Gia Linh"' in answer.get_data(as_text=True)


def test_one_sets_ones_own_absence_and_the_deputy_reads_for_whom(world, sqlite_app, signed_in, send):
    officer = signed_in("officer")
    fields = {"deputy": world.people["other"], "starts_on": "12/5/2026", "ends_on": "14/5/2026"}
    refused = send(officer, "/vang-mat", "/vang-mat", **(fields | {"ends_on": "1/5/2026"}))
    assert refused.status_code == 422
    done = send(officer, "/vang-mat", "/vang-mat", **fields)
    assert done.location == "/tai-khoan"
    assert "Lê Thị Mai làm thay" in text_of(officer.get("/tai-khoan"))
    deputy = signed_in("other")
    assert "thay mặt Nguyễn Thu Hằng" in text_of(deputy.get("/tai-khoan"))
    assert deputy.get(f"/viec?don-vi={world.tan_lap}").status_code == 200
    assert "vắng mặt đến hết" in text_of(signed_in("manager").get("/nguoi-dung"))


def test_the_head_says_on_the_unit_page_who_is_away(world, sqlite_app, signed_in, send):
    head, unit = signed_in("head"), f"/don-vi/{world.tan_lap}"
    address = f"/vang-mat?nguoi={world.people['officer']}&back={unit}"
    assert address.replace("&", "&amp;") in head.get(unit).get_data(as_text=True)
    fields = {"nguoi": world.people["officer"], "deputy": world.people["head"], "back": unit}
    done = send(head, address, "/vang-mat", starts_on="12/5/2026", ends_on="13/5/2026", **fields)
    assert done.location == unit
    page = text_of(head.get(unit))
    assert "Phụ trách thay mặt Nguyễn Thu Hằng" in page
    assert "vắng mặt đến hết 13/5/2026" in page


def test_the_head_changes_contacts_and_others_only_read(world, sqlite_app, signed_in, send):
    head, address = signed_in("head"), f"/don-vi/{world.tan_lap}/lien-he"
    assert send(head, address, address, duty="deputy", **NEW).status_code == 303
    assert "Cấp phó: Hoàng Gia Linh" in text_of(head.get(address))
    other = f"/don-vi/{world.binh_minh}/lien-he"
    assert "Thêm người liên hệ" not in text_of(head.get(other))
    assert send(head, address, other, duty="deputy", **NEW).status_code == 403
    assert signed_in("officer").get(address).status_code == 403


@pytest.mark.parametrize("who", ["officer", "head", "coordinator", "leader"])
def test_pages_that_change_people_are_closed_to_others(world, sqlite_app, signed_in, who):
    client = signed_in(who)
    for address in ("/nguoi-dung/them", "/nguoi-dung/thay-nguoi"):
        assert client.get(address).status_code == 403
    assert client.get(f"/vang-mat?nguoi={world.people['manager']}").status_code == 403


def test_the_staff_change_walked_in_a_browser(sqlite_app, published, world, serve, browser):
    base = serve(sqlite_app)
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    page = context.new_page()

    def look() -> None:
        assert faults(page) == [], page.url
        assert too_wide(page) == 0, page.url

    log_in(page, base, "manager")
    for address in ("/nguoi-dung", "/nguoi-dung/them", f"/vang-mat?nguoi={world.people['officer']}"):
        page.goto(base + address)
        look()
    page.goto(f"{base}/don-vi/{world.tan_lap}/lien-he")
    look()
    page.goto(f"{base}/nguoi-dung/{world.people['officer']}")
    look()
    follow(page.get_by_role("link", name="Thay người phụ trách"))
    look()
    for name, value in NEW.items():
        page.fill(f"[name={name}]", value)
    follow(page.get_by_role("button", name="Xem trước"))
    look()
    follow(page.get_by_role("button", name="Thay người phụ trách"))
    assert re.search(r"/nguoi-dung/\d+$", page.url)
    look()
    follow(page.get_by_role("button", name="Cấp đường dẫn đặt mật khẩu"))
    link = page.input_value("#lien-ket")

    fresh = browser.new_context(locale="vi-VN").new_page()
    fresh.goto(base + link[link.index("/", 8) :])
    fresh.fill("[name=new]", "mot-cau-dai-de-nho")
    fresh.fill("[name=again]", "mot-cau-dai-de-nho")
    follow(fresh.locator("main button[type=submit]"))
    log_in(fresh, base, NEW["email"], "/viec", password="mot-cau-dai-de-nho")
    follow(fresh.get_by_role("link", name=re.compile("Rà soát")).first)
    fresh.fill("main input[name=text]", "15/BC-UBND ngày 11/5/2026")
    follow(fresh.get_by_role("button", name="Gửi minh chứng"))
    assert "Hoàng Gia Linh" in fresh.locator("main").inner_text()
    context.close()
    fresh.context.close()
    db.session.rollback()
    old = db.session.get_one(Person, world.people["officer"])
    assert (old.name, old.active) == ("Nguyễn Thu Hằng", False)
