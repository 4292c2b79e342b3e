"""Chép cho nhóm chat, and what the dashboard says should be done: telephoning, writing urging letters."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from tests.web.test_dashboard_page import text
from tracker.extensions import db
from tracker.services import show_plans
from tracker.store.models import Assignment, Fact, Person, UnitVersion

pytestmark = pytest.mark.usefixtures("sqlite_app")


def area(answer) -> str:
    found = re.search(r"<textarea[^>]*readonly>(.*?)</textarea>", answer.get_data(as_text=True), re.DOTALL)
    assert found
    return html.unescape(found[1])


@pytest.fixture
def plan(published, work_id):
    return f"/ke-hoach/{db.session.get_one(Assignment, work_id('Rà soát')).plan_id}"


def test_the_plan_and_the_dashboard_lead_to_a_text_to_copy(plan, signed_in):
    client = signed_in("coordinator")
    for page, leads, link in (
        (plan, f"{plan}/nhom-chat", plan),
        ("/theo-doi", "/theo-doi/nhom-chat", "/"),  # units have no matrix: the first page leads everybody on
    ):
        assert f'href="{leads}"' in client.get(page).get_data(as_text=True)
        told = area(client.get(leads))
        assert len(told) <= 1000
        assert "3 quá hạn, 3 hạn hôm nay" in told
        assert told.count("UBND xã Tân Lập (1)") == 2
        assert told.endswith(f"\nhttp://127.0.0.1:8000{link}")
    assert told.startswith("UBND huyện Sơn Thanh: tiến độ các kế hoạch")


def test_it_names_nobody_and_uses_short_names(plan, world, signed_in):
    for version in db.session.query(UnitVersion).filter_by(unit_id=world.tan_lap):
        version.short_name = "Tân Lập"
    names = [person.name for person in db.session.query(Person)]
    db.session.commit()
    told = area(signed_in("leader").get(f"{plan}/nhom-chat"))
    assert "Quá hạn: Tân Lập (1), " in told or ", Tân Lập (1)" in told
    assert not [name for name in names if name in told]
    assert "@" not in told


def test_whoever_does_not_oversee_gets_none(plan, signed_in):
    officer = signed_in("officer")
    assert "nhom-chat" not in officer.get(plan).get_data(as_text=True)
    assert officer.get(f"{plan}/nhom-chat").status_code == 403
    assert officer.get("/theo-doi/nhom-chat").status_code == 403


def test_units_that_do_not_read_stand_on_the_dashboard_for_who_can_telephone(published, world, signed_in):
    words = text(signed_in("coordinator").get("/theo-doi"))
    assert "Đơn vị chưa đọc 3 đơn vị" in words
    assert "UBND xã Phú Hòa chưa có ai nhận thư của đơn vị · hạn 8/5" in words
    db.session.rollback()
    viewer = db.session.get_one(Person, world.people["leader"])
    viewer.roles[0].role = "viewer"
    db.session.commit()
    assert "Đơn vị chưa đọc" not in text(signed_in("leader").get("/theo-doi"))


def test_work_that_needs_an_urging_letter_stands_there_too(published, world, work_id, clock, signed_in):
    assert "Cần công văn đôn đốc" not in text(signed_in("coordinator").get("/theo-doi"))
    db.session.rollback()
    one = db.session.get_one(Assignment, work_id("Rà soát"))
    known = {
        "thing": "assignment",
        "thing_id": one.id,
        "plan_id": one.plan_id,
        "committee_id": world.committee,
    }
    after = {"due_on": date(2026, 5, 8).isoformat(), "step": "+5"}
    db.session.add(Fact(at=clock.now, deed="urging-letter-due", before={}, after=after, **known))
    db.session.commit()
    words = text(signed_in("coordinator").get("/theo-doi"))
    assert "Cần công văn đôn đốc 1 việc Rà soát, kiện toàn tổ hòa giải ở cơ sở UBND xã Tân Lập" in words
    assert "Cần công văn đôn đốc" not in text(signed_in("leader").get("/theo-doi"))
    assert "Đến mốc cần công văn đôn đốc" in text(signed_in("officer").get(f"/viec/{one.id}"))


def test_the_figures_are_those_of_the_page(plan, world, signed_in, clock):
    found = show_plans.plan_page(world.actor("leader"), int(plan.rpartition("/")[2]), at=clock.now)
    told = area(signed_in("leader").get(f"{plan}/nhom-chat"))
    tally = found.plan.assignments
    assert f"đã xong {tally.done}/{tally.total} việc, {tally.overdue} quá hạn" in told
