"""Numbers that no page of ours sends, in forms and addresses of work, plans and drafts."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import PLAN
from tracker.extensions import db
from tracker.services import plans
from tracker.store.models import Task

pytestmark = pytest.mark.usefixtures("sqlite_app")
NUMBERS = ("9" * 5000, "9" * 4000, "9" * 20, str(2**31), "0", "-1", "²")


def token_of(client):
    page = client.get("/tai-khoan").get_data(as_text=True)
    return {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]}


@pytest.mark.parametrize("number", NUMBERS)
def test_an_id_in_a_form_that_no_database_can_hold_is_none(published, world, signed_in, number):
    work = next(iter(published.values()))
    task = db.session.query(Task.id).first()[0]
    forms = {
        "officer": (
            ("/viec/tiep-nhan", {"plan": number, "unit": str(world.tan_lap)}),
            ("/viec/tiep-nhan", {"plan": "1", "unit": number}),
            (f"/viec/{work}/giao-nham", {"reason": "của đơn vị khác", "unit": number}),
            (f"/viec/{work}/cho-don-vi", {"reason": "chờ", "unit": number, "until": "1/6/2026"}),
            (f"/viec/{work}/gui", {"text": "15/BC", "also": number, "part": number, "row_version": "1"}),
            (f"/viec/{work}/gui", {"text": "15/BC", "row_version": number}),
        ),
        "coordinator": (
            (f"/nhiem-vu/{task}/gop", {"other": number, "title": "Gộp"}),
            (f"/nhiem-vu/{task}/gop", {"other": number, "title": "Gộp", "step": "do"}),
            ("/ke-hoach/them", {"don-vi": number, "ke-hoach": number}),
            ("/ke-hoach/nhap-tay", {"don-vi": number, "title": "Kế hoạch"}),
        ),
    }
    for who, posts in forms.items():
        client = signed_in(who)
        token = token_of(client)
        for address, form in posts:
            answer = client.post(address, data=form | token)
            assert answer.status_code < 500, (address, form)
            assert answer.status_code != 405, address


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_an_address_that_no_database_can_hold_is_none(published, world, signed_in, clock, number):
    task = db.session.query(Task.id).first()[0]
    coordinator = world.actor("coordinator")
    draft = plans.import_plan(
        coordinator, world.committee, world.justice, "13-kh.txt", PLAN.encode(), at=clock.now
    )
    addresses = {
        "officer": (("/viec", "don-vi"), ("/viec", "ke-hoach")),
        "coordinator": (
            ("/theo-doi", "ke-hoach"),
            ("/theo-doi", "don-vi"),
            ("/theo-doi", "trang"),
            ("/ke-hoach/them", "ke-hoach"),
            (f"/ke-hoach/1/nhiem-vu/{task}", "trang"),
            (f"/kiem-tra/{draft}", "dong"),
            (f"/kiem-tra/{draft}", "doan"),
        ),
        "manager": (("/don-vi/them", "thuoc"), ("/don-vi", "thuoc"), ("/don-vi", "trang")),
    }
    for who, asked in addresses.items():
        client = signed_in(who)
        for address, name in asked:
            answer = client.get(address, query_string={name: number})
            assert answer.status_code < 500, (address, name)
            assert name != "dong" or answer.status_code == 200
