"""Requests through the pages: who sees which form, what is refused in words and kept, who has no access."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.services.asking_desk import publish_plan
from tracker.extensions import db
from tracker.services import extending, waiting
from tracker.store.models import Assignment, Unit


@pytest.fixture
def desk(sqlite_app, world, clock):
    return publish_plan(world, clock)


@pytest.fixture
def work(desk):
    return desk.of("Rà soát").id


def text(answer) -> str:
    html = re.sub(r"<(script|style|template|svg).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_person_finds_the_forms_that_are_theirs(desk, work, signed_in):
    seen = {who: text(signed_in(who).get(f"/viec/{work}")) for who in ("officer", "coordinator", "leader")}
    assert "Xin gia hạn" in seen["officer"]
    assert "Trả lại vì giao nhầm" in seen["officer"]
    assert "Yêu cầu giải trình" not in seen["officer"]
    for who in ("coordinator", "leader"):
        assert "Yêu cầu giải trình" in seen[who]
        assert "Xin gia hạn" not in seen[who]


def test_of_a_courtesy_unit_nothing_is_demanded(desk, work, signed_in):
    holder = db.session.get_one(Assignment, work).holder_id
    db.session.get_one(Unit, holder).courtesy = True
    db.session.commit()
    words = text(signed_in("coordinator").get(f"/viec/{work}"))
    assert "Đề nghị giải trình" in words
    assert "Yêu cầu" not in words


def test_what_is_refused_stays_in_its_form(desk, work, signed_in, send):
    page = f"/viec/{work}"
    answer = send(signed_in("officer"), page, f"{page}/gia-han", day="1/2/2027", reason="Cần thêm.")
    assert answer.status_code == 422
    assert "kế hoạch kết thúc Thứ Năm 31/12/2026" in text(answer)
    html = answer.get_data(as_text=True)
    assert 'value="1/2/2027"' in html
    assert "Cần thêm." in html


def test_what_is_no_day_is_said_so(desk, work, signed_in, send):
    page = f"/viec/{work}"
    answer = send(signed_in("officer"), page, f"{page}/gia-han", day="31/2/2026", reason="Cần thêm.")
    assert answer.status_code == 422
    assert "chưa phải là một ngày" in text(answer)


def test_the_asker_finds_no_buttons_to_decide(desk, world, clock, signed_in):
    mine = desk.of("Biên soạn", "justice").id
    extending.ask(world.actor("coordinator"), mine, date(2026, 5, 29), "Cần thêm.", at=clock.now)
    client = signed_in("coordinator")
    words = text(client.get(f"/viec/{mine}"))
    assert "một đồng chí khác của Phòng Tư pháp quyết định" in words
    assert "Đồng ý hạn" not in words
    assert "Rút đề nghị" in words


def test_a_decision_about_an_older_state_is_told_so(desk, world, work, clock, signed_in, send):
    extending.ask(world.actor("officer"), work, date(2026, 5, 29), "Cần thêm.", at=clock.now)
    page = f"/viec/{work}"
    coordinator = signed_in("coordinator")
    answer = send(coordinator, page, f"{page}/gia-han/{desk.extension().id}/dong-y", row_version=1)
    assert answer.status_code == 303
    assert "vừa được người khác cập nhật" in text(coordinator.get(page))


def test_the_third_extension_says_so(desk, world, work, clock, signed_in):
    for day in (20, 25):
        extending.ask(world.actor("officer"), work, date(2026, 5, day), "Cần thêm.", at=clock.now)
        extending.agree(
            world.actor("coordinator"), desk.extension().id, row_version=desk.version(work), at=clock.now
        )
    assert "lần này là lần thứ 3" in text(signed_in("officer").get(f"/viec/{work}"))
    extending.ask(world.actor("officer"), work, date(2026, 5, 29), "Cần thêm.", at=clock.now)
    words = text(signed_in("coordinator").get(f"/viec/{work}"))
    assert "Gia hạn lần thứ 3" in words
    assert "gia hạn lần thứ 3" in words  # the history, too


def test_a_unit_that_is_waited_for_may_open_the_page_and_no_more(desk, world, work, clock, signed_in):
    other = signed_in("other")
    assert other.get(f"/viec/{work}").status_code == 403
    waiting.wait(world.actor("officer"), work, world.binh_minh, "Chờ số liệu.", at=clock.now)
    words = text(other.get(f"/viec/{work}"))
    assert "Chờ số liệu." in words
    assert "Đã làm xong phần việc này" in words
    assert "Nhật ký" not in words


def test_forms_of_others_are_closed(desk, world, work, clock, signed_in, send):
    other = signed_in("other")
    for address in ("gia-han", "giao-nham", "cho-don-vi"):
        answer = send(other, "/viec", f"/viec/{work}/{address}", reason="x", day="29/5/2026")
        assert answer.status_code == 403, address
    assert send(other, "/viec", f"/viec/{work}/gia-han/999/rut").status_code == 404
