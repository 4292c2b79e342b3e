"""A plan that hundreds of units lead: written many at once, told as it goes on, and the same the second time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tracker.drafts import codec
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services import plans, publish, review, show_review
from tracker.store.models import Assignment, DraftRow, Fact, PlanVersion, Unit, UnitVersion

COMMUNES, TASKS = 600, 4
GROUP = "UBND các xã, thị trấn"


@pytest.fixture
def province(app, world):
    """Six hundred communes more."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    for number in range(COMMUNES - 3):
        unit = Unit(committee_id=world.committee, code=f"X{number}", created_at=now)
        unit.versions.append(UnitVersion(ordinal=1, name=f"UBND xã Thanh Bình {number}", kind="commune"))
        db.session.add(unit)
    db.session.commit()
    return world


def task_of(number, *, due=date(2026, 11, 30), title="Việc thứ"):
    timing = TimingDraft("trước ngày 01/12/2026", due=due)
    return TaskDraft((str(number),), "task", f"{title} {number}", (GROUP,), timings=(timing,))


def draft_of(world, clock, tasks, plan_id=None):
    if plan_id is None:
        version_id = plans.new_plan(
            world.actor("coordinator"),
            world.committee,
            world.justice,
            title="Kế hoạch lớn",
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            at=clock.now,
        )
    else:
        ordinal = db.session.query(PlanVersion).filter_by(plan_id=plan_id).count() + 1
        version = PlanVersion(
            plan_id=plan_id,
            ordinal=ordinal,
            title="Kế hoạch lớn",
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            created_at=clock.now,
        )
        db.session.add(version)
        db.session.flush()
        version_id = version.id
    for position, task in enumerate(tasks):
        db.session.add(DraftRow(plan_version_id=version_id, position=position, data=codec.task_to_json(task)))
    db.session.commit()
    return version_id


def published(world, version_id, clock, **given):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=clock.now)
    done = publish.publish(coordinator, version_id, row_version=page.row_version, at=clock.now, **given)
    told = (page.new_assignments, page.kept_assignments, page.withdrawn_assignments, page.moved_assignments)
    assert told == (done.assignments, done.kept, done.withdrawn, done.moved), "the forecast says the same"
    return done


def stored():
    db.session.rollback()
    columns = Assignment.__table__.c
    return db.session.execute(db.select(*columns).order_by(columns.id)).all()


def test_every_unit_has_every_task_once_and_progress_is_told_to_the_end(province, clock):
    told = []
    version_id = draft_of(province, clock, [task_of(n) for n in range(TASKS)])
    done = published(province, version_id, clock, progress=lambda n, every: told.append((n, every)))
    assert done.assignments == COMMUNES * TASKS
    assert told == sorted(told)
    assert told[-1] == (COMMUNES * TASKS, COMMUNES * TASKS)
    assert len(told) > TASKS // 2
    assert len({(row.task_id, row.unit_id) for row in stored()}) == COMMUNES * TASKS
    assert {(row.state, row.due_on, row.first_due_on, row.sequence, row.row_version) for row in stored()} == {
        ("open", date(2026, 11, 30), date(2026, 11, 30), 0, 1)
    }


def test_the_same_version_again_and_an_identical_new_one_change_nothing(province, clock):
    tasks = [task_of(n) for n in range(TASKS)]
    version_id = draft_of(province, clock, tasks)
    published(province, version_id, clock)
    before = stored()
    again = publish.publish(province.actor("coordinator"), version_id, row_version=1, at=clock.now)
    assert (again.assignments, again.kept) == (0, COMMUNES * TASKS)
    clock.day(2026, 5, 13)
    plan_id = db.session.get(PlanVersion, version_id).plan_id
    done = published(province, draft_of(province, clock, tasks, plan_id), clock)
    assert (done.assignments, done.kept, done.withdrawn, done.moved) == (0, COMMUNES * TASKS, 0, 0)
    assert stored() == before
    assert db.session.query(Fact).filter_by(deed="published").count() == 2


def test_a_new_version_moves_and_withdraws_many_at_once_and_the_next_brings_them_back(province, clock):
    version_id = draft_of(province, clock, [task_of(n) for n in range(TASKS)])
    published(province, version_id, clock)
    plan_id = db.session.get(PlanVersion, version_id).plan_id
    clock.day(2026, 5, 13)
    moved = [task_of(n, due=date(2026, 12, 15)) for n in range(TASKS - 1)]
    done = published(province, draft_of(province, clock, moved, plan_id), clock)
    assert (done.kept, done.moved, done.withdrawn) == (COMMUNES * 3, COMMUNES * 3, COMMUNES)
    rows = stored()
    gone = [row for row in rows if row.state == "excused"]
    assert {(row.excuse, row.sequence, row.row_version) for row in gone} == {("withdrawn", 1, 2)}
    live = [row for row in rows if row.state == "open"]
    assert {(row.due_on, row.first_due_on, row.urged_from) for row in live} == {
        (date(2026, 12, 15), date(2026, 11, 30), date(2026, 5, 13))
    }
    assert {row.changed_at.date() for row in rows} == {date(2026, 5, 13)}


def test_one_unit_less_withdraws_its_work_and_one_more_gets_its_own(province, clock):
    version_id = draft_of(province, clock, [task_of(1)])
    published(province, version_id, clock)
    plan_id = db.session.get(PlanVersion, version_id).plan_id
    next_id = draft_of(province, clock, [task_of(1)], plan_id)
    page = show_review.review(province.actor("coordinator"), next_id, at=clock.now)
    value = f"group:{province.communes}-{province.tan_lap}"
    review.choose_units(
        province.actor("coordinator"),
        page.rows[0].id,
        GROUP,
        value,
        row_version=page.row_version,
        at=clock.now,
    )
    page = show_review.review(province.actor("coordinator"), next_id, at=clock.now)
    assert [one.units for one in page.dropped] == [("UBND xã Tân Lập",)]
    assert published(province, next_id, clock).withdrawn == 1
    done = published(province, draft_of(province, clock, [task_of(1)], plan_id), clock)
    assert (done.assignments, done.kept) == (0, COMMUNES)
    assert db.session.query(Assignment).filter_by(state="open").count() == COMMUNES


def test_what_waits_and_what_was_done_before_begin_so(province, clock):
    awaits = TimingDraft("15 ngày sau hội nghị", due=date(2026, 9, 1), awaits="hội nghị")
    past = TimingDraft("trước ngày 01/3/2026", due=date(2026, 2, 28))
    tasks = [
        TaskDraft(("1",), "task", "Chờ hội nghị", (GROUP,), timings=(awaits,)),
        TaskDraft(("2",), "task", "Đã qua", (GROUP,), timings=(past,)),
    ]
    version_id = draft_of(province, clock, tasks)
    coordinator = province.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=clock.now)
    review.choose_past(coordinator, version_id, {"all": "done"}, row_version=page.row_version, at=clock.now)
    published(province, version_id, clock)
    found = {(row.state, row.waits_for, row.waits_since, row.excuse) for row in stored()}
    assert found == {
        ("waiting", "hội nghị", date(2026, 5, 12), ""),
        ("excused", "", None, "done-before"),
    }


def test_nothing_is_left_of_a_publishing_that_breaks_off(province, clock):
    version_id = draft_of(province, clock, [task_of(n) for n in range(TASKS)])

    def breaks_off(done, _every):
        if done > COMMUNES:
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        published(province, version_id, clock, progress=breaks_off)
    assert stored() == []
    assert db.session.get(PlanVersion, version_id).state == "draft"
    assert published(province, version_id, clock).assignments == COMMUNES * TASKS
