"""What somebody outside may try at the pages behind letters' links, and who may look at letters."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from tests.services.test_links import a_letter, link_of
from tests.web.test_mail_links import dump, unsubscribe

OTHERS = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")


@pytest.fixture
def client(sqlite_app: Flask) -> Any:
    return sqlite_app.test_client()


@pytest.fixture
def task_id(work_id: Any) -> int:
    return work_id("Rà soát")


@pytest.fixture
def addresses(sqlite_app: Flask, world: Any, clock: Any, task_id: int) -> tuple[str, str]:
    """The officer's links: to the work, and to the reminders."""
    work = "/thu/viec/" + link_of(world, clock, task_id, a_letter(world, "officer").id)
    return work, unsubscribe(world, sqlite_app, "officer")


def test_no_other_way_of_asking_does_anything(client: Any, addresses: tuple[str, str]) -> None:
    before = dump()
    for address in addresses:
        assert client.options(address).status_code == 200
        for method in OTHERS:
            assert client.open(address, method=method).status_code == 405, method
        asked = client.get(
            address, headers={"X-HTTP-Method-Override": "POST"}, query_string={"_method": "POST"}
        )
        assert asked.status_code == 200
    work, switch = addresses
    for form_only in (f"{work}/da-mo", f"{switch}/bat", f"{switch}/nguoi-khac"):
        assert client.get(form_only).status_code == 405
    assert dump() == before


TOKENS = {
    "nothing": "x",
    "dots": "...",
    "a NUL": "%00",
    "not UTF-8": "%ff%fe",
    "a line break": "x%0d%0aSet-Cookie:%20a=b",
    "another script": "việc",
    "a long one": "A" * 60_000,
    "dots without end": "." * 60_000,
    "packed without a signature": ".eJwLSS0uAQAEXQHB",
    "a way up": "..%2f..%2fetc%2fpasswd",
}


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("place", ["/thu/viec/", "/thu/ngung/"])
def test_whatever_stands_for_a_token_is_answered_in_words_and_at_once(
    client: Any, world: Any, place: str, name: str
) -> None:
    before, begin = dump(), time.process_time()
    for method in ("GET", "POST"):
        answer = client.open(place + TOKENS[name], method=method)
        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers
    assert time.process_time() - begin < 2
    assert dump() == before


def test_what_the_installation_signed_for_something_else_is_no_link(
    client: Any, sqlite_app: Flask, world: Any, clock: Any, addresses: tuple[str, str]
) -> None:
    """Each part of one link on the other's address, links with parts that are none, and signatures of other keys."""
    secret = sqlite_app.config["SECRET_KEY"]
    work, switch = (address.rsplit("/", 1)[1] for address in addresses)
    good = [world.people["officer"], 1, world.tan_lap, 0, 1]
    forged = [
        f"/thu/viec/{switch}",
        f"/thu/ngung/{work}",
        "/thu/viec/" + str(URLSafeTimedSerializer(secret).dumps(good)),
        "/thu/viec/" + str(URLSafeTimedSerializer("", salt="letter-work").dumps(good)),
        "/thu/ngung/" + str(URLSafeSerializer(secret, salt="letter-work").dumps(world.people["officer"])),
        "/thu/ngung/" + str(URLSafeSerializer("x", salt="letter-reminders").dumps(world.people["officer"])),
    ]
    before = dump()
    for address in forged:
        assert client.get(address).status_code == 404, address
        assert client.post(address, data={"text": "15/BC-UBND"}).status_code == 404, address
    assert dump() == before


def test_parts_of_two_links_make_no_third(
    client: Any, world: Any, clock: Any, work_id: Any, task_id: int
) -> None:
    letter_id = a_letter(world, "officer").id
    first = link_of(world, clock, task_id, letter_id).split(".")
    second = link_of(world, clock, work_id("Tổ chức hội nghị"), letter_id).split(".")
    for mixed in (first[:-1] + second[-1:], second[:-1] + first[-1:], first[:1] + second[1:]):
        assert client.get("/thu/viec/" + ".".join(mixed)).status_code == 404


def test_a_link_opens_no_form_of_other_pages(client: Any, world: Any, addresses: tuple[str, str]) -> None:
    """Only the pages of links go without a form's token."""
    for page in ("/thu/1/gui-lai", "/tai-khoan/thu", "/thang-nhac/gio-yen-lang", "/kenh-thong-bao"):
        assert client.post(page, headers={"Referer": addresses[0]}).status_code in (302, 400, 403), page


PROOF = {
    "officer": 200,
    "head": 200,
    "coordinator": 200,
    "leader": 200,
    "other": 404,
    "manager": 404,
}


@pytest.mark.parametrize("who", PROOF)
def test_the_proof_is_for_those_who_may_see_the_work(
    signed_in: Any, published: Any, task_id: int, who: str
) -> None:
    seen = signed_in(who).get(f"/viec/{task_id}").status_code
    assert signed_in(who).get(f"/viec/{task_id}/thong-bao").status_code == seen
    assert (seen == 200) == (PROOF[who] == 200)


def test_without_log_in_there_is_no_proof_and_no_letter(client: Any, published: Any, task_id: int) -> None:
    for page in (
        f"/viec/{task_id}/thong-bao",
        "/thu",
        "/thu/1",
        "/khong-doc",
        "/kenh-thong-bao",
        "/thang-nhac",
    ):
        answer = client.get(page)
        assert (answer.status_code, "/dang-nhap" in answer.headers["Location"]) == (302, True), page
