"""The five real plans beside the project go the whole way: imported, reviewed, published.

They stay where they are; without that folder the tests say so and skip (with CI=true they fail).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from notifications.sweep import sweep
from tracker.drafts.model import PlanPeriod, TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services import plans, publish, review, show
from tracker.store.models import Alias, Assignment, Letter, Unit, UnitGroup, UnitVersion
from tracker.units.matching import key

PLANS = ("bim-son-2018", "ha-quang-2022", "hau-loc-2023", "son-dong-2024", "tra-vinh-2020")

OFFICES = (
    "Văn phòng HĐND và UBND",
    "Phòng Nội vụ",
    "Phòng Tài chính - Kế hoạch",
    "Phòng Dân tộc",
    "Phòng Nông nghiệp và Phát triển nông thôn",
    "Phòng Lao động - Thương binh và Xã hội",
    "Trung tâm Văn hóa và Truyền thông",
    "Công an huyện",
    "Hội đồng phối hợp phổ biến, giáo dục pháp luật",
)
GROUPS = {
    "các cơ quan, đơn vị huyện": {"kind": "office"},
    "các cơ quan, tổ chức huyện": {"kind": "office"},
    "Các cơ quan, ban, ngành cấp huyện": {"kind": "office"},
}
COMMUNE_SPELLINGS = ("UBND các xã, phường", "Ủy ban nhân dân các xã, thị trấn")


@pytest.fixture
def roster(app, world):
    """More offices and groups of the kind that the plans name."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    for number, name in enumerate(OFFICES):
        unit = Unit(committee_id=world.committee, code=f"CQ{number}", created_at=now)
        unit.versions.append(UnitVersion(ordinal=1, name=name, kind="office"))
        db.session.add(unit)
    for name, rule in GROUPS.items():
        db.session.add(UnitGroup(committee_id=world.committee, name=name, rule=rule))
    for text in COMMUNE_SPELLINGS:
        db.session.add(
            Alias(
                committee_id=world.committee,
                key=key(text),
                text=text,
                group_id=world.communes,
                origin="import",
            )
        )
    db.session.commit()
    return world


def import_real(world, shared, name, at):
    data = (shared / "plans" / f"{name}.txt").read_bytes()
    return plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, f"{name}.txt", data, at=at
    )


def settle(world, version_id, at):
    """What a person does in the review: whom nobody knows is chosen or left out, what is past was done."""
    coordinator = world.actor("coordinator")
    page = show.review(coordinator, version_id, at=at)
    for row in page.rows:
        for mention in row.mentions:
            if mention.part == "lead" and not mention.value:
                row_version = show.review(coordinator, version_id, at=at).row_version
                value = "none" if "liên quan" in mention.text else f"unit:{world.justice}"
                review.choose_units(coordinator, row.id, mention.text, value, row_version=row_version, at=at)
    row_version = show.review(coordinator, version_id, at=at).row_version
    review.choose_past(coordinator, version_id, {"all": "open"}, row_version=row_version, at=at)
    return show.review(coordinator, version_id, at=at)


@pytest.mark.parametrize("name", PLANS)
def test_a_real_plan_is_imported_reviewed_and_published(name, roster, shared, clock):
    version_id = import_real(roster, shared, name, clock.now)
    page = settle(roster, version_id, clock.now)
    assert not page.blocked
    done = publish.publish(
        roster.actor("coordinator"), version_id, row_version=page.row_version, at=clock.now
    )
    assert done.assignments == page.new_assignments > 0
    shown = show.plan_page(roster.actor("leader"), page.plan.id, at=clock.now)
    assert sum(len(section.tasks) for section in shown.sections) == len(page.rows)
    assert shown.plan.assignments.total + shown.plan.assignments.undated == done.assignments


def test_publishing_a_plan_of_two_years_ago_sends_no_escalation_on_that_day(roster, shared, app, clock):
    clock.day(2026, 5, 12, 8)
    version_id = import_real(roster, shared, "son-dong-2024", clock.now)
    page = settle(roster, version_id, clock.now)
    publish.publish(roster.actor("coordinator"), version_id, row_version=page.row_version, at=clock.now)
    overdue = db.session.query(Assignment).filter(Assignment.due_on < date(2026, 5, 12)).count()
    assert overdue > 10
    sweep(app, at=clock.now)
    heads = db.session.query(Letter).filter_by(person_id=roster.people["head"]).count()
    assert heads == 0


def test_two_due_dates_of_one_task_in_one_year_give_two_assignments_a_unit(app, world, clock):
    coordinator = world.actor("coordinator")
    version_id = plans.new_plan(
        coordinator,
        world.committee,
        world.justice,
        title="Kế hoạch thử",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        at=clock.now,
    )
    timings = (
        TimingDraft("6 tháng, trước 05/6", label="6 tháng", due=date(2026, 6, 4)),
        TimingDraft("năm, trước 05/12", label="năm", due=date(2026, 12, 4)),
    )
    task = TaskDraft(("1",), "report", "Báo cáo kết quả", leads=("UBND các xã, thị trấn",), timings=timings)
    review.add_row(coordinator, version_id, task, row_version=1, at=clock.now)
    page = show.review(coordinator, version_id, at=clock.now)
    assert page.head.period == PlanPeriod(date(2026, 1, 1), date(2026, 12, 31))
    publish.publish(coordinator, version_id, row_version=page.row_version, at=clock.now)
    for unit in (world.tan_lap, world.binh_minh, world.phu_hoa):
        dues = [
            a.due_on for a in db.session.query(Assignment).filter_by(unit_id=unit).order_by(Assignment.due_on)
        ]
        assert dues == [date(2026, 6, 4), date(2026, 12, 4)]
