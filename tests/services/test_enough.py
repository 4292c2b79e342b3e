"""One of three communes has to do it: what the others owe once it is done, on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.asking_desk import PLAN, Desk
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import following, plans, publish, review, show_review, show_units, show_work, work
from tracker.services.work import Given
from tracker.store.models import Assignment, DraftRow
from tracker.store.queries import notices

LATE = at_vietnam(date(2026, 5, 25), 8)  # the work was due on 15/5


@pytest.fixture
def desk(app, world, clock) -> Desk:
    coordinator, today = world.actor("coordinator"), clock.now
    at = clock.day(2026, 1, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    row = db.session.query(DraftRow).filter_by(plan_version_id=version).order_by(DraftRow.position).first()
    page = show_review.review(coordinator, version, at=at)
    review.choose_completion(coordinator, row.id, "any", row_version=page.row_version, at=at)
    page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.now = today
    return Desk(world)


@pytest.fixture
def done(desk, world, clock) -> int:
    """Bình Minh has done it, and it is accepted."""
    found = desk.of("Rà soát", "binh_minh").id
    work.tick(world.actor("other"), found, Given(text="15/BC-UBND ngày 12/5/2026"), at=clock.now)
    work.accept(world.actor("coordinator"), found, row_version=desk.version(found), at=clock.now)
    return found


def urged(world) -> set[int]:
    db.session.rollback()
    return {one.assignment_id for one in notices.duties(db.session, world.committee, LATE.date())}


def told(world) -> list[str]:
    db.session.rollback()
    rows = notices.digest_rows(db.session, [world.tan_lap], LATE.date())
    return [one.title for one in rows.get(world.tan_lap, ())]


def standing_of(world, work_id) -> str:
    db.session.rollback()
    return show_work.work_page(world.actor("officer"), work_id, at=LATE).row.standing.code


def test_while_nobody_has_done_it_every_unit_is_urged(desk, world):
    mine = desk.of("Rà soát").id
    assert mine in urged(world)
    assert any(title.startswith("Rà soát") for title in told(world))
    assert standing_of(world, mine) == "overdue"


def test_a_tick_alone_spares_nobody(desk, world, clock):
    other = desk.of("Rà soát", "binh_minh").id
    work.tick(world.actor("other"), other, Given(text="15/BC-UBND ngày 12/5/2026"), at=clock.now)
    assert desk.of("Rà soát").id in urged(world)


def test_once_one_is_accepted_the_others_are_neither_urged_nor_late(desk, world, done):
    mine = desk.of("Rà soát").id
    assert mine not in urged(world)
    assert not any(title.startswith("Rà soát") for title in told(world))
    assert standing_of(world, mine) == "enough"
    groups = dict(show_units.unit_work(world.actor("officer"), world.tan_lap, at=LATE).groups)
    assert [row.id for row in groups["enough"]] == [mine]
    assert mine not in {row.id for row in groups.get("overdue", ())}


def test_the_figures_of_the_others_leave_it_out(desk, world, done):
    work_now = show_units.unit_work(world.actor("officer"), world.tan_lap, at=LATE)
    left_out = {left.why: left.count for left in work_now.tally.outside}
    assert left_out["enough"] == 1
    assert work_now.tally.overdue == len(dict(work_now.groups).get("overdue", ()))


def test_other_tasks_of_the_plan_are_urged_as_before(desk, world, done):
    assert desk.of("Biên soạn", "justice").id in urged(world)


def test_they_may_do_it_all_the_same(desk, world, clock, done):
    mine = desk.of("Rà soát").id
    work.tick(world.actor("officer"), mine, Given(text="16/BC-UBND ngày 12/5/2026"), at=clock.now)
    assert standing_of(world, mine) == "submitted"


def test_an_acceptance_taken_away_makes_them_owe_it_again_from_that_day(desk, world, done):
    mine = desk.of("Rà soát").id
    following.reopen(
        world.actor("coordinator"),
        done,
        "Nhầm báo cáo của kỳ trước.",
        row_version=desk.version(done),
        at=LATE,
    )
    assert mine in urged(world)
    assert standing_of(world, mine) == "overdue"
    db.session.rollback()
    assert db.session.get(Assignment, mine).urged_from == LATE.date()
