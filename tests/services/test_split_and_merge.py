"""A task is split into several, two become one: open work moves, finished work stays, a new version goes on with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.services.test_whole_deed import PLAN, first_dated, publish_draft
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import extending, plans, show_plans, show_work, tasks, work
from tracker.services.tasks import Part
from tracker.services.work import Given
from tracker.store.models import Assignment, Fact, Task, TaskVersion

PARTS = (
    Part("Rà soát tổ hòa giải ở cơ sở", ("báo cáo rà soát",)),
    Part("Kiện toàn tổ hòa giải ở cơ sở", ("quyết định công nhận",)),
)


@pytest.fixture
def row(app, world, clock):
    """Tân Lập's first dated work of the published plan: two more communes have the same task."""
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )
    publish_draft(world, version, clock.now)
    return first_dated(world, clock)


def states(task_id: int) -> list[tuple[str, str]]:
    db.session.rollback()
    query = db.session.query(Assignment).filter_by(task_id=task_id).order_by(Assignment.unit_id)
    return [(one.state, one.excuse) for one in query]


def accept_one(world, clock, row):
    work.tick(world.actor("officer"), row.id, Given(text="15/QĐ-UBND ngày 11/5/2026"), at=clock.now)
    version = show_work.work_page(world.actor("coordinator"), row.id, at=clock.now).row.row_version
    work.accept(world.actor("coordinator"), row.id, row_version=version, at=clock.now)


def split(world, clock, task_id, parts=PARTS):
    coordinator = world.actor("coordinator")
    effect = tasks.preview_split(coordinator, task_id, parts)
    return effect, tasks.split(coordinator, task_id, parts, mark=effect.mark, at=clock.now)


def task_named(words: str) -> int:
    query = db.session.query(TaskVersion).filter(TaskVersion.title.startswith(words))
    return query.order_by(TaskVersion.id).first().task_id


def publish_again(world, clock, row, text):
    later = clock.now + timedelta(days=1)
    version = plans.import_plan(
        world.actor("coordinator"),
        world.committee,
        world.justice,
        "12-kh-sua.txt",
        text.encode(),
        at=later,
        plan_id=row.plan_id,
    )
    return publish_draft(world, version, later)


def test_a_split_moves_what_is_open_and_leaves_what_is_finished(world, clock, row):
    accept_one(world, clock, row)
    effect, ids = split(world, clock, row.task_id)
    assert (effect.made, effect.moved, effect.stays) == (4, 2, 1)
    assert sorted(states(row.task_id)) == [("accepted", ""), ("excused", "split"), ("excused", "split")]
    assert [states(one) for one in ids] == [[("open", "")] * 2] * 2
    moved = db.session.query(Assignment).filter_by(task_id=ids[0]).first()
    assert (moved.due_on, moved.first_due_on) == (date(2026, 5, 15), date(2026, 5, 15))
    assert {db.session.get(Task, one).split_from_id for one in ids} == {row.task_id}


def test_each_piece_that_moves_says_so_and_the_plan_has_one_fact(world, clock, row):
    split(world, clock, row.task_id)
    facts = db.session.query(Fact).filter_by(deed="excused").all()
    assert {fact.after["reason"] for fact in facts} == {
        "Tách thành: Rà soát tổ hòa giải ở cơ sở; Kiện toàn tổ hòa giải ở cơ sở"
    }
    assert len(facts) == 3
    assert db.session.query(Fact).filter_by(deed="task-split").one().thing_id == row.plan_id


def test_the_plan_page_shows_the_parts_and_of_the_old_task_only_what_is_finished(world, clock, row):
    def titles():
        page = show_plans.plan_page(world.actor("coordinator"), row.plan_id, at=clock.now)
        return [task.title for section in page.sections for task in section.tasks], page.plan.tasks

    before, count = titles()
    split(world, clock, row.task_id)
    after, counted = titles()
    assert set(after) - set(before) == {part.title for part in PARTS}
    assert row.title not in after
    assert counted == count + 1


def test_a_split_names_two_tasks_that_differ(world, clock, row):
    with pytest.raises(Invalid, match="ít nhất hai"):
        split(world, clock, row.task_id, PARTS[:1])
    with pytest.raises(Invalid, match="khác tên"):
        split(world, clock, row.task_id, [Part("Rà soát"), Part("rà soát")])


def test_only_whoever_follows_the_plan_up_splits_and_merges(world, clock, row):
    for who in ("officer", "head", "leader", "manager", "other"):
        with pytest.raises(Forbidden):
            tasks.preview_split(world.actor(who), row.task_id, PARTS)


def test_what_was_asked_is_settled_before_a_split(world, clock, row):
    extending.ask(world.actor("officer"), row.id, date(2026, 5, 29), "Chờ danh sách.", at=clock.now)
    with pytest.raises(Refused, match="chưa giải quyết"):
        split(world, clock, row.task_id)


def test_who_saw_something_else_is_told(world, clock, row):
    effect = tasks.preview_split(world.actor("coordinator"), row.task_id, PARTS)
    accept_one(world, clock, row)
    with pytest.raises(Refused, match="vừa có thay đổi"):
        tasks.split(world.actor("coordinator"), row.task_id, PARTS, mark=effect.mark, at=clock.now)


def test_a_new_version_that_words_it_as_one_goes_on_with_the_parts(world, clock, row):
    _, ids = split(world, clock, row.task_id)
    result = publish_again(world, clock, row, PLAN.replace("trước ngày 16/5/2026", "trước ngày 23/5/2026"))
    assert (result.assignments, result.withdrawn) == (0, 0)
    moved = db.session.query(Assignment).filter(Assignment.task_id.in_(ids)).all()
    assert {(one.state, one.due_on) for one in moved} == {("open", date(2026, 5, 22))}
    assert states(row.task_id) == [("excused", "split")] * 3
    titles = {one.versions[-1].title for one in (db.session.get(Task, known) for known in ids)}
    assert titles == {part.title for part in PARTS}


def test_a_merge_moves_open_work_and_keeps_times_units_and_deliverables_of_both(world, clock, row):
    other = task_named("Ban hành văn bản")
    coordinator = world.actor("coordinator")
    title = "Rà soát tổ hòa giải và hướng dẫn Ngày Pháp luật"
    effect = tasks.preview_merge(coordinator, row.task_id, other, title)
    assert (effect.made, effect.moved, effect.stays) == (1, 1, 0)
    tasks.merge(coordinator, row.task_id, other, title, mark=effect.mark, at=clock.now)
    assert states(other) == [("excused", "merged")]
    together = db.session.query(Assignment).filter_by(task_id=row.task_id).all()
    assert sorted(one.due_on for one in together) == [date(2026, 5, 15)] * 3 + [date(2026, 9, 14)]
    worded = db.session.get(Task, row.task_id).versions[-1]
    assert worded.title == title
    assert [one.text for one in worded.deliverables] == ["quyết định công nhận", "công văn hướng dẫn"]


def test_a_new_version_that_words_them_apart_goes_on_with_the_one(world, clock, row):
    other = task_named("Ban hành văn bản")
    coordinator = world.actor("coordinator")
    title = "Rà soát tổ hòa giải và hướng dẫn Ngày Pháp luật"
    mark = tasks.preview_merge(coordinator, row.task_id, other, title).mark
    tasks.merge(coordinator, row.task_id, other, title, mark=mark, at=clock.now)
    result = publish_again(world, clock, row, PLAN.replace("trước ngày 15/9/2026", "trước ngày 25/9/2026"))
    assert (result.assignments, result.withdrawn, result.moved) == (0, 0, 1)
    live = db.session.query(Assignment).filter(Assignment.task_id == row.task_id, Assignment.state == "open")
    assert sorted(one.due_on for one in live) == [date(2026, 5, 15)] * 3 + [date(2026, 9, 24)]
    assert db.session.get(Task, row.task_id).versions[-1].title == title


def test_work_that_is_done_in_one_of_two_tasks_only_is_settled_before_they_merge(world, clock, row):
    split_into = split(world, clock, row.task_id)[1]
    done = db.session.query(Assignment).filter_by(task_id=split_into[0], unit_id=world.tan_lap).one()
    work.tick(world.actor("officer"), done.id, Given(text="15/QĐ-UBND"), at=clock.now)
    with pytest.raises(Refused, match="đã gửi hoặc đã xong"):
        tasks.preview_merge(world.actor("coordinator"), split_into[0], split_into[1], "Cả hai")


def test_what_was_split_can_be_merged_again(world, clock, row):
    _, (first, second) = split(world, clock, row.task_id)
    coordinator = world.actor("coordinator")
    mark = tasks.preview_merge(coordinator, first, second, row.title).mark
    tasks.merge(coordinator, first, second, row.title, mark=mark, at=clock.now)
    assert states(first) == [("open", "")] * 3
    result = publish_again(world, clock, row, PLAN)
    assert (result.assignments, result.withdrawn) == (0, 0)
    assert states(first) == [("open", "")] * 3
