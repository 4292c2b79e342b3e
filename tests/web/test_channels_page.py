"""The webhook's page: set to an allowed host, its secret seen once, tested, renewed, taken away; managers only."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from tests.web.test_calendar_page import text
from tracker.extensions import db
from tracker.services import webhooks
from tracker.store.models import Fact, Letter, Webhook

PAGE = "/kenh-thong-bao"
URL = "https://tin.sonthanh.example/don-doc?ma=bi-mat"


@pytest.fixture
def manager(sqlite_app, world, signed_in) -> Any:
    hosts = ("tin.sonthanh.example", "127.0.0.1:8080", "may.sonthanh.example:8443")
    sqlite_app.config["TRACKER"] = dataclasses.replace(sqlite_app.config["TRACKER"], webhook_hosts=hosts)
    return signed_in("manager")


def post(client: Any, address: str = "", **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).get_data(as_text=True))
    assert token
    return client.post(PAGE + address, data={"csrf_token": token[1], **fields})


def secret_in(answer: Any) -> str | None:
    found = re.search(r'id="khoa" readonly value="([^"]+)"', answer.get_data(as_text=True))
    return found[1] if found else None


def secret_of(app: Any, world: Any) -> str | None:
    db.session.rollback()
    return webhooks.secret_of(db.session, world.committee, app.config["TRACKER"].secret_key)


def hooks() -> list[Webhook]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Webhook)))


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Letter).order_by(Letter.id)))


def test_the_secret_is_shown_once_and_is_what_signs(manager, sqlite_app, world):
    answer = post(manager, url=URL)
    shown = secret_in(answer)
    assert shown == secret_of(sqlite_app, world)
    assert answer.headers["Cache-Control"] == "no-store"
    page = manager.get(PAGE).get_data(as_text=True)
    assert shown not in page
    assert "tin.sonthanh.example/don-doc" in page


def test_the_database_holds_no_secret(manager):
    shown = secret_in(post(manager, url=URL))
    (hook,) = hooks()
    assert shown not in (hook.nonce, hook.url)


def test_another_address_keeps_the_secret_and_gets_what_waits(manager, sqlite_app, world):
    first = secret_in(post(manager, url=URL))
    post(manager, "/thu")
    answer = post(manager, url="https://may.sonthanh.example:8443/")
    assert answer.status_code == 303
    assert secret_of(sqlite_app, world) == first
    assert [one.address for one in letters()] == ["https://may.sonthanh.example:8443/"]


def test_a_renewed_secret_is_another_one(manager):
    first = secret_in(post(manager, url=URL))
    second = secret_in(post(manager, "/khoa"))
    assert second
    assert second != first


def test_a_test_message_waits_for_the_sweep_with_its_text_and_only_once_a_minute(manager):
    post(manager, url=URL)
    assert post(manager, "/thu").status_code == 303
    assert post(manager, "/thu").status_code == 409
    (letter,) = letters()
    assert (letter.kind, letter.channel, letter.state, letter.address) == ("hook", "webhook", "waiting", URL)
    assert '"test": true' in letter.text
    assert "Tin thử" in text(manager.get(PAGE))


def test_what_is_taken_away_is_not_sent(manager):
    post(manager, url=URL)
    post(manager, "/thu")
    assert post(manager, "/bo").status_code == 303
    assert hooks() == []
    assert [one.state for one in letters()] == ["withdrawn"]
    assert post(manager, "/bo").status_code == 404


def test_each_deed_leaves_a_fact_without_the_address_itself(manager):
    post(manager, url=URL)
    post(manager, "/thu")
    post(manager, "/khoa")
    post(manager, "/bo")
    db.session.rollback()
    facts = list(db.session.scalars(db.select(Fact).where(Fact.thing == "webhook").order_by(Fact.id)))
    assert [one.deed for one in facts] == [
        "webhook-set",
        "webhook-tested",
        "webhook-renewed",
        "webhook-removed",
    ]
    assert not any("bi-mat" in f"{one.before}{one.after}" for one in facts)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "Xin nhập"),
        ("http://tin.sonthanh.example/", "https://"),
        ("https://khac.example/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://tin.sonthanh.example:8443/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://may.sonthanh.example/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://127.0.0.1/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://localhost:5432/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://[::1]:8080/", "TRACKER_WEBHOOK_HOSTS"),
        ("https://tin.sonthanh.example@khac.example/", "chưa đúng"),
        ("https://ai:matkhau@tin.sonthanh.example/", "chưa đúng"),
        ("https://tin.sonthanh.example\\@khac.example/", "chưa đúng"),
        ("https://tin.sonthanh.example/#x", "chưa đúng"),
        ("https://tin.sonthanh.example:99999/", "chưa đúng"),
        ("https://tin.sonthanh.example/ a", "chưa đúng"),
        ("https://tin.sơnthành.example/", "chưa đúng"),
        ("ftp://tin.sonthanh.example/", "chưa đúng"),
        ("javascript:alert(1)", "chưa đúng"),
        ("tin.sonthanh.example", "chưa đúng"),
        ("https://[", "chưa đúng"),
        ("https://tin.sonthanh.example/" + "a" * 500, "chưa đúng"),
    ],
)
def test_an_address_that_may_not_be_is_refused_in_words(manager, url, says):
    answer = post(manager, url=url)
    assert answer.status_code == 422
    assert says in text(answer)
    assert hooks() == []


@pytest.mark.parametrize(
    "url",
    [
        "https://tin.sonthanh.example/a?b=c",
        "https://TIN.sonthanh.example:443/",
        "https://may.sonthanh.example:8443/x",
        "http://127.0.0.1:8080/tin",
    ],
)
def test_what_may_be_is_taken(manager, url):
    assert secret_in(post(manager, url=url))


def test_without_allowed_hosts_the_page_says_who_can_help(sqlite_app, world, signed_in):
    assert "người quản trị máy chủ" in text(signed_in("manager").get(PAGE))


@pytest.mark.parametrize("who", ["coordinator", "officer", "leader"])
def test_others_do_not_even_see_it(sqlite_app, world, signed_in, who):
    assert signed_in(who).get(PAGE).status_code == 403
