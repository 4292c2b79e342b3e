"""Pages of a task that any one of several units has to do, once one has done it."""

from __future__ import annotations

import pytest

from tests.web.test_work_pages import text
from tracker.extensions import db
from tracker.services import show_work, work
from tracker.services.work import Given
from tracker.store.models import Assignment, TaskVersion


@pytest.fixture
def spared(published, work_id, world, clock) -> int:
    """Tân Lập's piece of work; Bình Minh has done it, and that is enough."""
    mine = work_id("Rà soát")
    task = db.session.get(Assignment, mine).task_id
    db.session.query(TaskVersion).filter_by(task_id=task).update({"completion": "any"})
    other = db.session.query(Assignment).filter_by(task_id=task, holder_id=world.binh_minh).one().id
    db.session.commit()
    work.tick(world.actor("other"), other, Given(text="15/QĐ-UBND ngày 12/5/2026"), at=clock.now)
    row = show_work.work_page(world.actor("coordinator"), other, at=clock.now).row
    work.accept(world.actor("coordinator"), other, row_version=row.row_version, at=clock.now)
    return mine


def test_the_unit_reads_that_enough_have_done_it_and_can_still_tick(spared, signed_in):
    client = signed_in("officer")
    html = client.get("/viec").get_data(as_text=True)
    assert "Đã đủ đơn vị hoàn thành" in html
    assert f'data-tick="/viec/{spared}/gui"' in html or f"/viec/{spared}#gui" in html
    words = text(client.get(f"/viec/{spared}"))
    assert "đã đủ đơn vị hoàn thành" in words
    assert "quá" not in words.split("đã đủ đơn vị hoàn thành")[0][-80:]
    assert "Gửi minh chứng" in words


def test_the_line_of_the_plan_says_how_the_units_stand_together(spared, signed_in, world):
    page = db.session.get(Assignment, spared).plan_id
    html = signed_in("coordinator").get(f"/ke-hoach/{page}").get_data(as_text=True)
    line = html[html.index("Rà soát, kiện toàn") :]
    summary = line[: line.index("</summary>")]
    assert "is-overdue" not in summary.split('class="due"')[1]
    assert "đã xong" in summary
    assert "đã đủ đơn vị hoàn thành" in line
