"""After how many days without a sign a unit is listed: told on the list, chosen by the manager beside the ladders."""

from __future__ import annotations

import html
import re

import pytest

from tracker.extensions import db
from tracker.store.models import Committee, Fact, Role

LIST, LADDERS, FORM = "/khong-doc", "/thang-nhac", "/thang-nhac/chua-doc"


def text(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def facts() -> list[tuple[dict, dict]]:
    db.session.rollback()
    found = db.session.query(Fact).filter_by(deed="reading-days-set").order_by(Fact.id)
    return [(one.before, one.after) for one in found]


def test_the_manager_chooses_the_days_and_each_change_is_a_fact(sqlite_app, world, signed_in, send):
    manager = signed_in("manager")
    assert "5 ngày làm việc không ai mở liên kết" in text(manager.get(LADDERS))
    assert "Đây là số ngày mặc định" in text(manager.get(LADDERS))
    for _twice in range(2):
        assert send(manager, LADDERS, FORM, **{"so-ngay": " 8 "}).status_code == 303
    page = text(manager.get(LADDERS))
    assert "8 ngày làm việc không ai mở liên kết" in page
    assert "Đây là số ngày mặc định" not in page
    assert "8 ngày làm việc qua không ai mở liên kết" in text(signed_in("leader").get(LIST))
    assert send(manager, LADDERS, FORM, **{"so-ngay": ""}).status_code == 303
    assert "not_reading_days" not in db.session.get_one(Committee, world.committee).settings
    days = [(before.get("days"), after.get("days")) for before, after in facts()]
    assert days == [(None, 8), (8, None)]


@pytest.mark.parametrize("typed", ["0", "61", "-3", "5,5", "năm", "٥", "1000"])
def test_what_is_no_number_of_days_is_refused_beside_its_field(sqlite_app, world, signed_in, send, typed):
    answer = send(signed_in("manager"), LADDERS, FORM, **{"so-ngay": typed})
    assert answer.status_code == 422
    assert "cần là một số từ 1 đến 60" in text(answer)
    assert f'value="{typed}" aria-describedby="f-so-ngay-n" aria-invalid="true"' in answer.get_data(
        as_text=True
    )
    assert facts() == []


def test_the_other_form_on_the_page_is_not_blamed(sqlite_app, world, signed_in, send):
    answer = send(signed_in("manager"), LADDERS, "/thang-nhac/gio-yen-lang", tu="tối", den="sáng")
    assert 'id="loi"' in answer.get_data(as_text=True)
    assert 'id="f-so-ngay" name="so-ngay" type="text" value="" aria-invalid' not in answer.get_data(
        as_text=True
    )


def test_the_list_leads_to_the_form_whoever_may_change_it_and_nobody_else(sqlite_app, world, signed_in, send):
    there = 'href="/thang-nhac#chua-doc"'
    for who in ("coordinator", "leader"):
        page = signed_in(who).get(LIST)
        assert "Người quản lý của cơ quan đổi được số ngày này, đang là 5." in text(page)
        assert there not in page.get_data(as_text=True)
        assert send(signed_in(who), "/tai-khoan", FORM, **{"so-ngay": "8"}).status_code == 403
    db.session.rollback()
    both = Role(person_id=world.people["leader"], role="manager", committee_id=world.committee)
    db.session.add(both)
    db.session.commit()
    assert there in signed_in("leader").get(LIST).get_data(as_text=True)
