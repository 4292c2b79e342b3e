"""Log-in, log-out, the account and passwords by link, through the pages."""

from __future__ import annotations

import re

import pytest

from tracker.extensions import db
from tracker.services import accounts
from tracker.store.models import Committee

PASSWORD = "mat-khau-thu-nghiem"
SENTENCE = "mot cau dai de nho hon"

pytestmark = pytest.mark.usefixtures("sqlite_app")


@pytest.fixture
def log_in(sqlite_app, send):
    """`log_in(email, password)` sends the log-in form of a new browser; returns (client, answer)."""

    def enter(email: str, password: str, onward: str = ""):
        client = sqlite_app.test_client()
        page = "/dang-nhap" + (f"?next={onward}" if onward else "")
        return client, send(client, page, "/dang-nhap", email=email, password=password, next=onward)

    return enter


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("coordinator", "/theo-doi"),
        ("leader", "/theo-doi"),
        ("officer", "/viec"),
        ("head", "/viec"),
        ("manager", "/don-vi"),
    ],
)
def test_everybody_comes_to_the_page_that_they_use_most(world, log_in, who, home):
    client, answer = log_in(f"{who}@sonthanh.example", PASSWORD)
    assert answer.status_code == 303
    assert client.get(answer.location).location == home


def test_the_log_in_leads_on_to_the_page_that_was_asked_for(world, log_in):
    _, answer = log_in("officer@sonthanh.example", PASSWORD, "/don-vi")
    assert answer.location == "/don-vi"


def test_the_log_in_does_not_lead_to_another_host(world, log_in):
    _, answer = log_in("officer@sonthanh.example", PASSWORD, "https://elsewhere.example/")
    assert answer.location == "/"


def test_a_wrong_password_keeps_the_address_and_says_no_more_than_needed(world, log_in):
    _, wrong = log_in("officer@sonthanh.example", "sai-mat-khau-nay")
    _, stranger = log_in("nobody@sonthanh.example", "sai-mat-khau-nay")
    assert wrong.status_code == stranger.status_code == 422
    html = wrong.get_data(as_text=True)
    assert 'value="officer@sonthanh.example"' in html
    assert "sai-mat-khau-nay" not in html
    said = re.compile(r'role="alert">.*?<div>(.*?)</div>', re.S)
    assert said.search(html)[1] == said.search(stranger.get_data(as_text=True))[1]


def test_many_wrong_tries_close_the_door_for_a_while(world, log_in):
    for _ in range(accounts.TRIES):
        log_in("officer@sonthanh.example", "sai")
    _, answer = log_in("officer@sonthanh.example", PASSWORD)
    assert answer.status_code == 429
    assert "15 phút" in answer.get_data(as_text=True)


def test_an_empty_log_in_says_what_is_missing(world, log_in):
    _, answer = log_in("", "")
    assert "Xin điền mục này." in answer.get_data(as_text=True)


def test_logging_out_ends_the_session(world, signed_in, send):
    client = signed_in("officer")
    assert send(client, "/tai-khoan", "/dang-xuat").location == "/dang-nhap"
    assert client.get("/viec").status_code == 302


def test_a_new_password_goes_on_here_and_ends_the_other_sessions(world, signed_in, send, log_in):
    here, elsewhere = signed_in("officer"), signed_in("officer")
    answer = send(here, "/tai-khoan", "/tai-khoan", old=PASSWORD, new=SENTENCE, again=SENTENCE)
    assert answer.status_code == 303
    assert here.get("/viec").status_code == 200
    assert elsewhere.get("/viec").status_code == 302
    assert log_in("officer@sonthanh.example", SENTENCE)[1].status_code == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "sai-mat-khau", "new": SENTENCE, "again": SENTENCE}, "Mật khẩu hiện tại chưa đúng"),
        ({"old": PASSWORD, "new": "ngan", "again": "ngan"}, "ít nhất 10 ký tự"),
        ({"old": PASSWORD, "new": SENTENCE, "again": SENTENCE + "!"}, "chưa giống nhau"),
    ],
)
def test_a_password_that_cannot_be_taken_is_said_at_its_field(world, signed_in, send, fields, words):
    answer = send(signed_in("officer"), "/tai-khoan", "/tai-khoan", **fields)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_a_manager_hands_out_a_link_that_sets_a_password_once(sqlite_app, world, signed_in, send, log_in):
    page = send(signed_in("manager"), "/nguoi-dung", f"/nguoi-dung/{world.people['other']}/lien-ket")
    address = re.search(r'value="http://127.0.0.1:8000(/mat-khau/[^"]+)"', page.get_data(as_text=True))[1]
    newcomer = sqlite_app.test_client()
    assert "other@sonthanh.example" in newcomer.get(address).get_data(as_text=True)
    assert send(newcomer, address, address, new=SENTENCE, again=SENTENCE).location == "/dang-nhap"
    assert log_in("other@sonthanh.example", SENTENCE)[1].status_code == 303
    again = newcomer.get(address)
    assert again.status_code == 404
    assert "Đường dẫn không còn dùng được" in again.get_data(as_text=True)


def test_an_officer_sees_nobodys_links(world, signed_in):
    html = signed_in("coordinator").get("/nguoi-dung").get_data(as_text=True)
    assert "Cấp đường dẫn" not in html
    assert signed_in("officer").get("/nguoi-dung").status_code == 403


def test_the_log_in_page_says_that_this_is_a_demonstration(sqlite_app, world):
    client = sqlite_app.test_client()
    assert "bản trình diễn" not in client.get("/dang-nhap").get_data(as_text=True)
    db.session.get(Committee, world.committee).demonstration = True
    db.session.commit()
    assert "bản trình diễn" in client.get("/dang-nhap").get_data(as_text=True)
