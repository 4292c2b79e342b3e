"""Groups of units: made, changed and removed by the manager, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.web.conftest import PLAN
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import drafting, groups, plans, publish, review, show_plans, show_review
from tracker.services.groups import Said
from tracker.store.models import Alias, Assignment, Fact, Mention, PlanVersion, UnitSuccession, UnitVersion
from tracker.store.queries import units as find

DAY = date(2026, 5, 12)
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def manager(world):
    return world.actor("manager")


@pytest.fixture
def add(world, manager, clock):
    def make(said: Said, **given):
        return groups.add(manager, world.committee, said, **({"day": DAY, "at": clock.now} | given))

    return make


def meant(world, group_id: int, day: date = DAY) -> tuple[int, ...]:
    return next(one.unit_ids for one in find.groups(db.session, world.committee, day) if one.id == group_id)


def last_fact() -> Fact:
    found = db.session.scalar(select(Fact).order_by(Fact.id.desc()).limit(1))
    assert found is not None
    return found


def test_a_group_by_rule_less_its_exceptions(world, add):
    group = add(Said("Các phòng", {"kind": "office"}, exceptions=(world.education,), spellings=("các ban",)))
    assert meant(world, group) == (world.justice, world.culture)
    assert last_fact().deed == "added-group"
    assert last_fact().after["name"] == "Các phòng"


def test_a_group_by_list_whose_member_is_over_means_its_successor(world, add):
    group = add(Said("Hai xã điểm", members=(world.tan_lap, world.binh_minh)))
    db.session.query(UnitVersion).filter_by(unit_id=world.tan_lap).update({"valid_to": date(2026, 6, 30)})
    db.session.add(
        UnitSuccession(
            unit_id=world.tan_lap,
            successor_id=world.phu_hoa,
            kind="merged",
            effective_on=date(2026, 7, 1),
        )
    )
    db.session.commit()
    assert meant(world, group) == (world.tan_lap, world.binh_minh)
    assert meant(world, group, date(2026, 7, 1)) == (world.binh_minh, world.phu_hoa)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(" ", {"kind": "commune"}), "tên nhóm"),
        (Said("ubnd các xã, thị trấn", {"kind": "commune"}), "Đã có nhóm tên"),
        (Said("Các xã", {"kind": "commune"}, spellings=("UBND cấp xã",)), "đã là của nhóm"),
        (Said("Các xã", {"kind": ""}), "chưa có điều kiện"),
        (Said("Các xã"), "ít nhất một đơn vị"),
        (Said("Các xã", members=(999,)), "không thuộc danh mục"),
        (Said("Các chi cục", {"kind": "agency"}), "không có đơn vị nào"),
    ],
)
def test_what_cannot_be_a_group_is_refused_in_words(add, said, words):
    with pytest.raises(Invalid, match=words):
        add(said)


def test_a_group_that_matches_nobody_is_kept_when_that_is_known(world, add):
    assert meant(world, add(Said("Các chi cục", {"kind": "agency"}), empty=True)) == ()


def test_only_the_manager_changes_groups(world, clock):
    with pytest.raises(Forbidden):
        groups.add(
            world.actor("coordinator"),
            world.committee,
            Said("Các phòng", {"kind": "office"}),
            day=DAY,
            at=clock.now,
        )


def test_a_change_says_what_was_before(world, manager, clock):
    said = Said(
        "Các xã", {"kind": "commune"}, exceptions=(world.phu_hoa,), spellings=("UBND cấp xã", "các xã")
    )
    groups.change(manager, world.communes, said, day=DAY, at=clock.now)
    assert meant(world, world.communes) == (world.tan_lap, world.binh_minh)
    assert last_fact().before["name"] == "UBND các xã, thị trấn"
    kept = db.session.scalars(select(Alias.origin).where(Alias.group_id == world.communes).order_by(Alias.id))
    assert list(kept) == ["import", "typed"], "a spelling that stays keeps where it came from"


def test_the_preview_writes_nothing(world, manager):
    said = Said("Các xã", {"kind": "commune"}, exceptions=(world.phu_hoa,))
    shown = groups.preview(manager, world.committee, said, DAY)
    assert [one.id for one in shown.units] == [world.tan_lap, world.binh_minh]
    assert [one.id for one in shown.excepted] == [world.phu_hoa]
    assert len(find.groups(db.session, world.committee, DAY)) == 1


def test_a_group_goes_with_its_spellings(world, manager, add, clock):
    group = add(Said("Các phòng", {"kind": "office"}, spellings=("các ban",)))
    groups.remove(manager, group, at=clock.now)
    assert db.session.query(Alias).filter_by(group_id=group).count() == 0
    assert last_fact().deed == "removed-group"


# In a plan


@pytest.fixture
def draft(world, clock) -> int:
    at = clock.day(2026, 1, 16)
    return plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )


def choose(world, version_id: int, row: int, mention: str, value: str, at, **given) -> None:
    now = db.session.get(PlanVersion, version_id).row_version
    rows = show_review.review(world.actor("coordinator"), version_id, at=at).rows
    review.choose_units(
        world.actor("coordinator"), rows[row].id, mention, value, row_version=now, at=at, **given
    )


def issue(world, version_id: int, at) -> None:
    actor = world.actor("coordinator")
    page = show_review.review(actor, version_id, at=at)
    if page.past_unchosen:
        review.choose_past(actor, version_id, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(actor, version_id, at=at)
    publish.publish(actor, version_id, row_version=page.row_version, at=at)


def test_a_group_that_a_draft_uses_stays(world, manager, draft, clock):
    with pytest.raises(Refused, match="đang dùng nhóm này"):
        groups.remove(manager, world.communes, at=clock.now)


def test_a_published_plan_keeps_its_units_when_the_group_goes(world, manager, draft, clock):
    issue(world, draft, clock.now)
    before = db.session.query(Assignment).count()
    groups.remove(manager, world.communes, at=clock.now)
    assert db.session.query(Assignment).count() == before
    mention = db.session.scalars(select(Mention).where(Mention.part == "lead").order_by(Mention.id)).first()
    assert mention is not None
    assert (mention.group_id, len(mention.unit_ids)) == (None, 3)
    plan = show_plans.plans(world.actor("coordinator"), at=clock.now)[0]
    assert plan.unassigned == 0, "what units were given stays given"


def test_a_row_may_leave_out_units_and_nothing_is_learned_from_it(world, draft, clock):
    lead = "UBND các xã, thị trấn"
    before = db.session.query(Alias).count()
    choose(world, draft, 0, lead, f"group:{world.communes}-{world.phu_hoa}", clock.now)
    rows = drafting.prepare(db.session.get(PlanVersion, draft), DAY).rows
    assert rows[0].lead_ids == (world.tan_lap, world.binh_minh)
    assert rows[1].lead_ids == (world.tan_lap, world.binh_minh, world.phu_hoa), "only that row is changed"
    assert rows[0].mentions[0].name == "UBND các xã, thị trấn (trừ UBND xã Phú Hòa)"
    assert db.session.query(Alias).count() == before
    issue(world, draft, clock.now)
    held = set(db.session.scalars(select(Assignment.unit_id)))
    assert world.phu_hoa in held


def test_units_may_be_picked_by_hand(world, draft, clock):
    before = db.session.query(Alias).count()
    picked = f"units:{world.tan_lap},{world.culture}"
    choose(world, draft, 0, "UBND các xã, thị trấn", picked, clock.now)
    row = drafting.prepare(db.session.get(PlanVersion, draft), DAY).rows[0]
    assert row.lead_ids == (world.tan_lap, world.culture)
    assert db.session.query(Alias).count() == before


def test_a_group_that_matches_nobody_holds_the_publishing_back(world, manager, draft, clock):
    said = Said("UBND các xã, thị trấn", {"kind": "agency"})
    groups.change(manager, world.communes, said, day=DAY, empty=True, at=clock.now)
    rows = drafting.prepare(db.session.get(PlanVersion, draft), DAY).rows
    assert [one.code for one in rows[0].blocking] == ["empty-group"]
    with pytest.raises(Refused, match="cần xử lý"):
        issue(world, draft, clock.now)
