"""Cách tính on the dashboard, a plan's and a unit's page; the page of a task's lines."""

from __future__ import annotations

import html
import re

import pytest

from tracker.extensions import db
from tracker.services import show_plans
from tracker.store.models import Assignment, Task


def text_of(page: str) -> str:
    """What of the page a person reads, in one line."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("address", ["/theo-doi", "/ke-hoach/1", "/don-vi/{tan_lap}"])
def test_figures_say_how_they_came_about(published, world, signed_in, address):
    page = signed_in("coordinator").get(address.format(tan_lap=world.tan_lap)).get_data(as_text=True)
    assert "Cách tính" in page
    assert re.search(r"Đúng hạn, theo hạn ban đầu 0% · 0 trên \d+; chưa được tính: \d quá hạn", text_of(page))
    assert "không có hạn" in page


def test_excused_work_is_named_with_its_reason(published, world, signed_in, work_id):
    db.session.get(Assignment, work_id("Rà soát")).state = "excused"
    db.session.get(Assignment, work_id("Rà soát")).excuse = "done-before"
    db.session.commit()
    page = signed_in("coordinator").get(f"/don-vi/{world.tan_lap}").get_data(as_text=True)
    assert "1 đã xong trước khi theo dõi" in text_of(page)


@pytest.fixture
def task_id(published, work_id) -> int:
    return db.session.get(Assignment, work_id("Rà soát")).task_id


def test_the_lines_of_a_task_are_found_by_state_and_by_name(signed_in, task_id):
    desk = signed_in("coordinator")
    page = text_of(desk.get(f"/ke-hoach/1/nhiem-vu/{task_id}").get_data(as_text=True))
    assert all(name in page for name in ("UBND xã Tân Lập", "UBND xã Bình Minh", "UBND xã Phú Hòa"))
    found = desk.get(f"/ke-hoach/1/nhiem-vu/{task_id}?loc=overdue&tim=binh+minh").get_data(as_text=True)
    assert "UBND xã Bình Minh" in found
    assert "UBND xã Tân Lập" not in found
    assert "Không có việc nào như vậy" in desk.get(f"/ke-hoach/1/nhiem-vu/{task_id}?loc=accepted").get_data(
        as_text=True
    )


def test_an_officer_sees_the_lines_of_the_own_unit_only(signed_in, task_id):
    page = signed_in("officer").get(f"/ke-hoach/1/nhiem-vu/{task_id}").get_data(as_text=True)
    assert "UBND xã Tân Lập" in page
    assert "UBND xã Bình Minh" not in page


def test_a_task_of_another_plan_is_not_found(signed_in, task_id):
    other = max(db.session.scalars(db.select(Task.id))) + 1
    assert signed_in("coordinator").get(f"/ke-hoach/1/nhiem-vu/{other}").status_code == 404


def test_of_very_many_lines_the_page_shows_the_urgent_ones_and_leads_to_all(
    published, world, clock, signed_in, task_id, monkeypatch
):
    monkeypatch.setattr(show_plans, "WHOLE_LINES", 2)
    monkeypatch.setattr(show_plans, "URGENT_LINES", 1)
    page = signed_in("coordinator").get("/ke-hoach/1").get_data(as_text=True)
    assert f"/ke-hoach/1/nhiem-vu/{task_id}" in page
    assert "Trên đây là 1 việc đáng chú ý nhất trong 3 việc." in text_of(page)
    plan = show_plans.plan_page(world.actor("coordinator"), 1, at=clock.now)
    task = next(task for section in plan.sections for task in section.tasks if task.id == task_id)
    assert (task.lines, len(task.assignments), task.tally.total) == (3, 1, 3)
