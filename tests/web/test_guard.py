"""The guard at the door: closed pages, safe ways on, headers, refusals in words, sessions that end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tracker.access import RIGHTS
from tracker.web.guard import OPEN, asks, local_address


def test_every_route_is_open_by_name_or_names_a_deed(sqlite_app):
    closed = [rule.endpoint for rule in sqlite_app.url_map.iter_rules() if rule.endpoint not in OPEN]
    assert {name for name in closed if not getattr(sqlite_app.view_functions[name], "deed", None)} == set()


def test_a_deed_that_is_not_in_the_table_of_rights_cannot_be_named():
    with pytest.raises(KeyError):
        asks("plan.burn")
    assert "plan.see" in RIGHTS


@pytest.mark.parametrize(
    "page", ["/", "/viec", "/viec/1", "/don-vi", "/nguoi-dung", "/thu", "/tai-khoan", "/tep/1"]
)
def test_who_is_not_logged_in_goes_to_the_log_in_and_on_from_there(sqlite_app, world, page):
    answer = sqlite_app.test_client().get(page)
    assert answer.status_code == 302
    assert answer.location.startswith("/dang-nhap?next=")


def test_script_that_is_not_logged_in_is_told_in_json(sqlite_app, world):
    answer = sqlite_app.test_client().get("/viec/doc-dong", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "đăng nhập" in answer.json["error"]


@pytest.mark.parametrize(
    ("who", "page"),
    [("officer", "/thu"), ("officer", "/theo-doi"), ("officer", "/nguoi-dung"), ("manager", "/viec")],
)
def test_a_page_without_a_right_is_refused_in_words(sqlite_app, world, signed_in, who, page):
    answer = signed_in(who).get(page)
    assert answer.status_code == 403
    assert "không có quyền" in answer.get_data(as_text=True)
    assert "Về trang chính" in answer.get_data(as_text=True)


def test_an_unknown_address_is_a_page_in_words_for_everybody(sqlite_app, world, signed_in):
    for client in (sqlite_app.test_client(), signed_in("officer")):
        answer = client.get("/khong-co-trang-nay")
        assert answer.status_code == 404
        assert "Không tìm thấy trang" in answer.get_data(as_text=True)


def test_a_button_address_opened_by_hand_says_so(sqlite_app, world, signed_in):
    answer = signed_in("officer").get("/viec/1/gui")
    assert answer.status_code == 405
    assert "nút bấm" in answer.get_data(as_text=True)


def test_pages_carry_headers_that_keep_them_to_this_machine(sqlite_app, world, signed_in):
    headers = signed_in("officer").get("/viec").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "private, no-store"


def test_pages_name_no_other_host_and_hold_no_inline_style_or_script(sqlite_app, world, signed_in):
    for page in ("/viec", "/don-vi", "/tai-khoan"):
        html = signed_in("officer").get(page).get_data(as_text=True)
        assert ' style="' not in html
        assert "<style" not in html
        assert "<script>" not in html
        assert 'src="http' not in html
        assert 'rel="stylesheet" href="http' not in html


def test_a_form_without_its_token_is_asked_for_again(sqlite_app, world, signed_in):
    answer = signed_in("officer").post("/viec/1/gui", data={"text": "15/BC-UBND"})
    assert answer.status_code == 400
    assert "Xin gửi lại" in answer.get_data(as_text=True)


def test_too_large_a_form_is_refused_with_the_limit(sqlite_app, world, signed_in):
    sqlite_app.config["MAX_CONTENT_LENGTH"] = 3 * 1024 * 1024
    answer = signed_in("officer").post("/viec/1/gui", data={"text": "x" * 4_000_000})
    assert answer.status_code == 413
    assert "3 MB" in answer.get_data(as_text=True)


def test_an_idle_session_ends(sqlite_app, world, clock, signed_in):
    client = signed_in("officer")
    clock.now += timedelta(minutes=59)
    assert client.get("/viec").status_code == 200
    clock.now += timedelta(minutes=59)
    assert client.get("/viec").status_code == 200
    clock.now += timedelta(minutes=61)
    assert client.get("/viec").location.startswith("/dang-nhap")


def test_a_session_ends_after_a_working_day_however_busy(sqlite_app, world, clock, signed_in):
    client = signed_in("officer")
    for _ in range(18):
        clock.now += timedelta(minutes=30)
        assert client.get("/viec").status_code == 200
    clock.now += timedelta(minutes=30)
    assert client.get("/viec").status_code == 302


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)",
     "viec", "", None, "/viec\nSet-Cookie: a=b", "/\t/elsewhere.example"],
)  # fmt: skip
def test_a_log_in_never_leads_elsewhere(address):
    assert local_address(address) == ""


@pytest.mark.parametrize("address", ["/", "/viec?don-vi=3&ke-hoach=2", "/ke-hoach/7", "/viec/12#gui"])
def test_a_log_in_leads_on_inside(address):
    assert local_address(address) == address
