"""A plan names units as of its own day; what became of them since is shown, and no work is lost or doubled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import Refused
from tracker.extensions import db
from tracker.services import drafting, plans, publish, review, show_review, work
from tracker.services.work import Given
from tracker.store.models import Assignment, Mention, PlanVersion, Unit, UnitSuccession, UnitVersion
from tracker.store.queries.units import holders, successors

LAST, FIRST = date(2026, 3, 31), date(2026, 4, 1)
DUE = date(2026, 11, 30)
COMMUNES = "UBND các xã, thị trấn"


def unit_of(world, name, *, since=None, kind="commune"):
    unit = Unit(committee_id=world.committee, code=name, created_at=datetime(2026, 1, 2, tzinfo=UTC))
    unit.versions.append(UnitVersion(ordinal=1, name=name, kind=kind, valid_from=since))
    db.session.add(unit)
    db.session.flush()
    return unit.id


def ends(unit_id, *heirs, last=LAST, kind="merged", function=""):
    """The unit is over after a day, and these carry on."""
    version = db.session.query(UnitVersion).filter_by(unit_id=unit_id).one()
    version.valid_to = last
    for heir in heirs:
        db.session.add(
            UnitSuccession(
                unit_id=unit_id,
                successor_id=heir,
                kind=kind,
                function=function,
                effective_on=last + timedelta(days=1),
            )
        )
    db.session.commit()


@pytest.fixture
def merged(app, world):
    """From 1 April on Tân Lập and Bình Minh are Tân Bình. Returns its id."""
    heir = unit_of(world, "UBND xã Tân Bình", since=FIRST)
    for unit in (world.tan_lap, world.binh_minh):
        ends(unit, heir)
    return heir


def task_of(*leads, title="Rà soát, kiện toàn tổ hòa giải"):
    timing = TimingDraft("trước ngày 01/12/2026", due=DUE)
    return TaskDraft(("1",), "task", title, leads, timings=(timing,))


def draft_of(world, clock, *tasks, issued_on="2026-01-15", plan_id=None):
    """A plan by hand with these rows; with `plan_id`, as its next version."""
    coordinator = world.actor("coordinator")
    if plan_id is None:
        version_id = plans.new_plan(
            coordinator,
            world.committee,
            world.justice,
            title="Kế hoạch hòa giải",
            issued_on=issued_on,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            at=clock.now,
        )
    else:
        version = PlanVersion(
            plan_id=plan_id,
            ordinal=db.session.query(PlanVersion).filter_by(plan_id=plan_id).count() + 1,
            title="Kế hoạch hòa giải",
            issued_on=issued_on,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            created_at=clock.now,
        )
        db.session.add(version)
        db.session.commit()
        version_id = version.id
    for number, task in enumerate(tasks):
        review.add_row(coordinator, version_id, task, row_version=number + 1, at=clock.now)
    return version_id


def published(world, version_id, clock):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=clock.now)
    done = publish.publish(coordinator, version_id, row_version=page.row_version, at=clock.now)
    told = (page.new_assignments, page.kept_assignments, page.withdrawn_assignments, page.moved_assignments)
    assert told == (done.assignments, done.kept, done.withdrawn, done.moved), "the forecast says the same"
    return done


def plan_of(version_id):
    return db.session.get(PlanVersion, version_id).plan_id


def held(plan_id, *, state="open"):
    """(unit as named, holder) of the plan's assignments."""
    found = db.session.query(Assignment).filter_by(plan_id=plan_id, state=state)
    return {(one.unit_id, one.holder_id) for one in found}


# --- the day ---


@pytest.mark.parametrize(
    ("issued_on", "start", "day"),
    [
        ("2026-01-15", date(2026, 2, 1), date(2026, 1, 15)),
        ("2026-02", date(2026, 1, 1), date(2026, 2, 28)),
        ("2026-12", None, date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 1, 1)),
        ("2026-13", date(2026, 1, 1), date(2026, 1, 1)),
        ("", date(2025, 7, 1), date(2025, 7, 1)),
        ("", None, date(2026, 5, 12)),
    ],
)
def test_names_are_meant_as_of_the_plans_day(issued_on, start, day):
    version = PlanVersion(issued_on=issued_on, period_start=start)
    assert drafting.plan_day(version, date(2026, 5, 12)) == day


def test_a_group_means_its_units_of_the_plans_day_and_stays_frozen(world, clock, merged):
    version_id = draft_of(world, clock, task_of(COMMUNES))
    published(world, version_id, clock)
    mention = db.session.query(Mention).one()
    assert set(mention.unit_ids) == {world.tan_lap, world.binh_minh, world.phu_hoa}
    later = unit_of(world, "UBND xã Mới Lập")
    db.session.commit()
    assert later not in db.session.query(Mention).one().unit_ids
    after = draft_of(world, clock, task_of(COMMUNES), issued_on="2026-05-01")
    published(world, after, clock)
    newer = db.session.query(Mention).order_by(Mention.id.desc()).first()
    assert set(newer.unit_ids) == {merged, world.phu_hoa, later}


# --- who does it today ---


def test_the_only_successor_holds_the_work_of_a_unit_that_is_over_and_is_shown_before(world, clock, merged):
    version_id = draft_of(world, clock, task_of(COMMUNES), task_of("UBND xã Tân Lập", title="Báo cáo"))
    page = show_review.review(world.actor("coordinator"), version_id, at=clock.now)
    assert {(one.name, one.now, one.assignments) for one in page.heirs} == {
        ("UBND xã Tân Lập", "UBND xã Tân Bình", 2),
        ("UBND xã Bình Minh", "UBND xã Tân Bình", 1),
    }
    assert page.rows[1].mentions[0].now == "UBND xã Tân Bình"
    assert not page.blocked
    published(world, version_id, clock)
    assert held(plan_of(version_id)) == {
        (world.tan_lap, merged),
        (world.binh_minh, merged),
        (world.phu_hoa, world.phu_hoa),
    }


def test_a_plan_that_is_published_before_the_merge_keeps_its_units(world, clock, merged):
    clock.day(2026, 3, 31)
    version_id = draft_of(world, clock, task_of(COMMUNES))
    published(world, version_id, clock)
    assert all(unit == holder for unit, holder in held(plan_of(version_id)))


def test_reorganisations_are_followed_one_after_another(world, clock, merged):
    last = unit_of(world, "UBND xã Đại Tân", since=date(2026, 5, 1))
    ends(merged, last, last=date(2026, 4, 30))
    ids = [world.tan_lap, world.phu_hoa]
    assert holders(db.session, ids, date(2026, 4, 15)) == {
        world.tan_lap: merged,
        world.phu_hoa: world.phu_hoa,
    }
    assert holders(db.session, ids, date(2026, 5, 1))[world.tan_lap] == last
    assert holders(db.session, ids, date(2026, 3, 31))[world.tan_lap] == world.tan_lap


def test_units_that_name_one_another_as_successor_have_none(world, app):
    ends(world.tan_lap, world.binh_minh)
    ends(world.binh_minh, world.tan_lap)
    assert holders(db.session, [world.tan_lap], FIRST) == {world.tan_lap: None}


def test_who_took_over_only_a_part_does_not_hold_everything(world, app):
    ends(world.tan_lap, world.phu_hoa, kind="split", function="đất đai")
    assert successors(db.session, [world.tan_lap, world.phu_hoa], FIRST) == {world.tan_lap: ()}


@pytest.mark.parametrize("heirs", [(), ("binh_minh", "phu_hoa")])
def test_without_one_successor_a_person_is_asked_and_picks(app, world, clock, heirs):
    ends(world.tan_lap, *(getattr(world, one) for one in heirs), kind="split")
    version_id = draft_of(world, clock, task_of("UBND xã Tân Lập"))
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=clock.now)
    assert [doubt.code for doubt in page.rows[0].blocking] == ["unit-gone"]
    offered = [choice.value for choice in page.rows[0].mentions[0].choices]
    assert offered[: len(heirs)] == [f"unit:{getattr(world, one)}" for one in heirs]
    with pytest.raises(Refused):
        publish.publish(coordinator, version_id, row_version=page.row_version, at=clock.now)
    review.choose_units(
        coordinator,
        page.rows[0].id,
        "UBND xã Tân Lập",
        f"unit:{world.phu_hoa}",
        row_version=page.row_version,
        at=clock.now,
    )
    published(world, version_id, clock)
    assert held(plan_of(version_id)) == {(world.phu_hoa, world.phu_hoa)}


def test_a_unit_that_came_later_can_be_picked_but_is_not_meant_by_itself(app, world, clock):
    later = unit_of(world, "Phòng Dân tộc và Tôn giáo", since=FIRST, kind="office")
    db.session.commit()
    version_id = draft_of(world, clock, task_of("Phòng Dân tộc và Tôn giáo"))
    page = show_review.review(world.actor("coordinator"), version_id, at=clock.now)
    assert page.rows[0].mentions[0].value == ""
    assert f"unit:{later}" in {choice.value for choice in page.choices}


def test_overruled_the_work_stays_with_the_unit_that_was_named(app, world, clock):
    ends(world.tan_lap)
    version_id = draft_of(world, clock, task_of("UBND xã Tân Lập"))
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=clock.now)
    review.overrule(
        coordinator,
        page.rows[0].id,
        "unit-gone",
        "chờ phân công",
        row_version=page.row_version,
        at=clock.now,
    )
    published(world, version_id, clock)
    assert held(plan_of(version_id)) == {(world.tan_lap, world.tan_lap)}


# --- the next version ---


@pytest.fixture
def followed(world, clock, merged):
    """A plan from before the merge, whose work Tân Bình holds by now. Returns its id."""
    version_id = draft_of(world, clock, task_of(COMMUNES))
    published(world, version_id, clock)
    return plan_of(version_id)


def test_a_version_that_names_the_successor_continues_what_it_inherited(world, clock, merged, followed):
    before = held(followed)
    again = draft_of(world, clock, task_of(COMMUNES), issued_on="2026-05-10", plan_id=followed)
    done = published(world, again, clock)
    assert (done.assignments, done.kept, done.withdrawn) == (0, 3, 0)
    assert held(followed) == before


def test_a_version_that_names_the_old_units_again_continues_them_as_well(world, clock, merged, followed):
    later = draft_of(world, clock, task_of(COMMUNES), issued_on="2026-05-10", plan_id=followed)
    published(world, later, clock)
    back = draft_of(world, clock, task_of(COMMUNES), issued_on="2026-01-20", plan_id=followed)
    assert published(world, back, clock).kept == 3


def test_a_unit_with_work_of_its_own_keeps_what_it_inherited_besides(app, world, clock):
    version_id = draft_of(world, clock, task_of(COMMUNES))
    clock.day(2026, 3, 1)
    published(world, version_id, clock)
    plan_id = plan_of(version_id)
    ends(world.tan_lap, world.phu_hoa)
    moved = db.session.query(Assignment).filter_by(unit_id=world.tan_lap).one()
    moved.holder_id = world.phu_hoa
    db.session.commit()
    clock.day(2026, 5, 12)
    again = draft_of(world, clock, task_of("UBND xã Phú Hòa"), issued_on="2026-05-10", plan_id=plan_id)
    page = show_review.review(world.actor("coordinator"), again, at=clock.now)
    assert [(one.title, one.units) for one in page.dropped] == [
        ("Rà soát, kiện toàn tổ hòa giải", ("UBND xã Bình Minh",))
    ]
    done = published(world, again, clock)
    assert (done.kept, done.withdrawn) == (2, 1)
    assert held(plan_id) == {(world.tan_lap, world.phu_hoa), (world.phu_hoa, world.phu_hoa)}


def test_what_a_version_withdraws_is_named_before(world, clock, followed):
    other = draft_of(world, clock, task_of("Phòng Tư pháp", title="Việc khác hẳn"), plan_id=followed)
    page = show_review.review(world.actor("coordinator"), other, at=clock.now)
    dropped = page.dropped[0]
    assert (dropped.title, dropped.due) == ("Rà soát, kiện toàn tổ hòa giải", DUE)
    assert sorted(dropped.units) == ["UBND xã Phú Hòa", "UBND xã Tân Bình", "UBND xã Tân Bình"]
    assert published(world, other, clock).withdrawn == 3


def test_finished_work_is_neither_withdrawn_nor_named(world, clock, followed):
    row = db.session.query(Assignment).filter_by(unit_id=world.phu_hoa).one()
    given = Given(text="15/QĐ-UBND ngày 12/5/2026")
    coordinator = world.actor("coordinator")
    work.tick_on_behalf(coordinator, row.id, given, received_on=date(2026, 5, 12), via="paper", at=clock.now)
    other = draft_of(world, clock, task_of("Phòng Tư pháp", title="Việc khác hẳn"), plan_id=followed)
    page = show_review.review(coordinator, other, at=clock.now)
    assert "UBND xã Phú Hòa" not in page.dropped[0].units
    published(world, other, clock)
    assert held(followed, state="submitted") == {(world.phu_hoa, world.phu_hoa)}


def test_work_that_comes_back_goes_to_who_carries_on_now(app, world, clock):
    version_id = draft_of(world, clock, task_of("UBND xã Tân Lập"))
    clock.day(2026, 3, 1)
    published(world, version_id, clock)
    plan_id = plan_of(version_id)
    other = draft_of(world, clock, task_of("UBND xã Phú Hòa"), plan_id=plan_id)
    published(world, other, clock)
    heir = unit_of(world, "UBND xã Tân Bình", since=FIRST)
    ends(world.tan_lap, heir)
    clock.day(2026, 5, 12)
    back = draft_of(world, clock, task_of("UBND xã Tân Lập"), plan_id=plan_id)
    done = published(world, back, clock)
    assert (done.assignments, done.kept) == (0, 1)
    assert held(plan_id) == {(world.tan_lap, heir)}


def test_a_tick_that_was_begun_before_the_new_version_is_told(world, clock, followed):
    row = db.session.query(Assignment).filter_by(unit_id=world.phu_hoa).one()
    seen = row.row_version
    timing = TimingDraft("trước ngày 16/12/2026", due=date(2026, 12, 15))
    task = TaskDraft(("1",), "task", "Rà soát, kiện toàn tổ hòa giải", (COMMUNES,), timings=(timing,))
    done = published(world, draft_of(world, clock, task, plan_id=followed), clock)
    assert done.moved == 3
    db.session.expire_all()
    row = db.session.get(Assignment, row.id)
    assert (row.row_version, row.sequence, row.due_on, row.first_due_on) == (
        seen + 1,
        1,
        date(2026, 12, 15),
        DUE,
    )
