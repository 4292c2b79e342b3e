"""A large plan is published on a page that tells how far it has come; a small one leads on at once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from tracker.drafts import codec
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services import plans
from tracker.store.models import Assignment, DraftRow, PlanVersion, Unit, UnitVersion

WITHOUT_UNIT = TaskDraft(
    ("9",),
    "task",
    "Việc chưa rõ ai làm",
    ("Ban chỉ đạo 35",),
    timings=(TimingDraft("", due=date(2026, 9, 1)),),
)


def draft_of(world, clock, count, *more):
    """A draft with that many tasks for every commune."""
    version_id = plans.new_plan(
        world.actor("coordinator"),
        world.committee,
        world.justice,
        title="Kế hoạch lớn",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        at=clock.now,
    )
    timing = TimingDraft("trước ngày 01/12/2026", due=date(2026, 11, 30))
    tasks = [
        TaskDraft((str(n),), "task", f"Việc thứ {n}", ("UBND các xã, thị trấn",), timings=(timing,))
        for n in range(count)
    ]
    for position, task in enumerate([*tasks, *more]):
        db.session.add(DraftRow(plan_version_id=version_id, position=position, data=codec.task_to_json(task)))
    db.session.commit()
    return version_id


def many_communes(world):
    for number in range(600):
        unit = Unit(
            committee_id=world.committee, code=f"X{number}", created_at=datetime(2026, 1, 2, tzinfo=UTC)
        )
        unit.versions.append(UnitVersion(ordinal=1, name=f"UBND xã Thanh Bình {number}", kind="commune"))
        db.session.add(unit)
    db.session.commit()


def publish(client, version_id):
    page = client.get(f"/kiem-tra/{version_id}").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    row_version = re.search(r'name="row_version" value="(\d+)"', page)[1]
    return client.post(
        f"/kiem-tra/{version_id}/ban-hanh", data={"csrf_token": token, "row_version": row_version}
    )


def test_a_large_plan_tells_how_far_it_has_come_and_what_was_done(sqlite_app, world, clock, signed_in):
    many_communes(world)
    version_id = draft_of(world, clock, 4)
    answer = publish(signed_in("coordinator"), version_id)
    body = answer.get_data(as_text=True)
    assert '<progress max="2412" value="1000"></progress> 1000 trên 2412 việc' in body
    assert (
        body.index('value="1000"')
        < body.index('value="2412"')
        < body.index("Đã ban hành kế hoạch: 2412 việc")
    )
    db.session.rollback()  # the thread has committed since
    plan_id = db.session.get(PlanVersion, version_id).plan_id
    assert f'href="/ke-hoach/{plan_id}"' in body
    assert db.session.query(Assignment).count() == 2412


def test_what_holds_a_large_plan_back_is_said_on_that_page_with_the_way_back(
    sqlite_app, world, clock, signed_in
):
    many_communes(world)
    version_id = draft_of(world, clock, 4, WITHOUT_UNIT)
    body = publish(signed_in("coordinator"), version_id).get_data(as_text=True)
    assert 'role="alert"' in body
    assert "Còn 1 dòng cần xử lý" in body
    assert f'href="/kiem-tra/{version_id}#ban-hanh"' in body
    db.session.rollback()
    assert db.session.query(Assignment).count() == 0


def test_a_small_plan_leads_on_at_once(sqlite_app, world, clock, signed_in):
    version_id = draft_of(world, clock, 4)
    client = signed_in("coordinator")
    answer = publish(client, version_id)
    assert answer.status_code == 303
    assert "Đã ban hành kế hoạch: 12 việc" in client.get(answer.location).get_data(as_text=True)
