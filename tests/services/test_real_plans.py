"""The five real plans beside the project go the whole way: imported, reviewed, published.

They stay where they are; without that folder the tests say so and skip (with CI=true they fail).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from notifications.sweep import sweep
from tracker.access import OPERATOR, Actor, Grant
from tracker.drafts.model import PlanPeriod, TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services import plans, publish, review, rosters, show_plans, show_review
from tracker.store.models import (
    Alias,
    Assignment,
    Letter,
    Mention,
    Notice,
    Person,
    TaskVersion,
    Unit,
    UnitGroup,
    UnitSuccession,
    UnitVersion,
)
from tracker.units.matching import key
from tracker.units.ready_made import filled

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
    page = show_review.review(coordinator, version_id, at=at)
    for row in page.rows:
        for mention in row.mentions:
            if mention.part == "lead" and not mention.value:
                row_version = show_review.review(coordinator, version_id, at=at).row_version
                value = "none" if "liên quan" in mention.text else f"unit:{world.justice}"
                review.choose_units(coordinator, row.id, mention.text, value, row_version=row_version, at=at)
    row_version = show_review.review(coordinator, version_id, at=at).row_version
    review.choose_past(coordinator, version_id, {"all": "open"}, row_version=row_version, at=at)
    return show_review.review(coordinator, version_id, at=at)


@pytest.mark.parametrize("name", PLANS)
def test_a_real_plan_is_imported_reviewed_and_published(name, roster, shared, clock):
    version_id = import_real(roster, shared, name, clock.now)
    page = settle(roster, version_id, clock.now)
    assert not page.blocked
    done = publish.publish(
        roster.actor("coordinator"), version_id, row_version=page.row_version, at=clock.now
    )
    assert done.assignments == page.new_assignments > 0
    shown = show_plans.plan_page(roster.actor("leader"), page.plan.id, at=clock.now)
    assert sum(len(section.tasks) for section in shown.sections) == len(page.rows)
    assert shown.plan.assignments.total + shown.plan.assignments.undated == done.assignments


# --- against rosters of their own kind ---

ROSTERS = Path(__file__).resolve().parents[2] / "plan_templates" / "rosters"
DISTRICTS_ENDED = date(2025, 6, 30)
# What the ready-made lists hold: communes, working offices, vertical agencies, and all of the district's bodies
# (offices, agencies, the Front and the five organisations).
COMMUNES, OFFICES_OF_DISTRICT, AGENCIES, BODIES = 9, 13, 12, 31
BY_HAND = "units:"


@dataclass(frozen=True)
class Kind:
    """The list that fits a plan, the day on which it is published, and how many assignments each of its groups
    has to give: units × (due dates, or one for the whole plan), counted in the plan's text by hand."""

    roster: str
    place: str
    coordinator: str
    day: date
    groups: dict[str, int]
    picked: dict[str, str] = field(default_factory=dict)


KINDS = {
    # II.4; its report at 6 months and at the year's end; the second duty of part III.
    "bim-son-2018": Kind(
        "quan-huyen-truoc-2025",
        "thị xã Bỉm Sơn",
        "PTP",
        date(2018, 1, 15),
        {"UBND các xã, phường": COMMUNES * (1 + 2 + 1)},
    ),
    # Three duties of III.2, for the whole plan.
    "ha-quang-2022": Kind(
        "quan-huyen-truoc-2025",
        "huyện Hà Quảng",
        "PTP",
        date(2022, 2, 10),
        {"Ủy ban nhân dân các xã, thị trấn": COMMUNES * 3},
    ),
    # Three duties of III.1.đ, each for the bodies of the district and for the communes.
    "hau-loc-2023": Kind(
        "quan-huyen-truoc-2025",
        "huyện Hậu Lộc",
        "PTP",
        date(2023, 6, 1),
        {"UBND cấp xã": COMMUNES * 3, "Các cơ quan, ban, ngành cấp huyện": BODIES * 3},
    ),
    # Communes: 1.1.1, 1.1.3-5 (4), 1.1.7 a-c (3), 1.1.9, 1.1.10, 2.1.a, 2.1.b by two due dates, 2.3.a, and of
    # III.1 the duty, the plan and two reports. The others as named in 1.1.1, 1.1.3-5, then 1.1.9-10, then III.1.
    "son-dong-2024": Kind(
        "quan-huyen-truoc-2025",
        "huyện Sơn Đông",
        "PTP",
        date(2024, 1, 25),
        {
            "UBND các xã, thị trấn": COMMUNES * (4 + 3 + 2 + 1 + 2 + 1 + 1 + 1 + 2),
            "các cơ quan, tổ chức huyện": BODIES * 4,
            "các cơ quan, đơn vị huyện": BODIES * 2,
            "các cơ quan thuộc UBND huyện": OFFICES_OF_DISTRICT * (1 + 1 + 2),
            "cơ quan đóng trên địa bàn huyện": AGENCIES * (1 + 1 + 2),
        },
        {"cơ quan đóng trên địa bàn huyện": "các cơ quan ngành dọc"},
    ),
    # One duty of III.2, for the rooms of the Sở and for the justice offices of nine districts.
    "tra-vinh-2020": Kind(
        "tinh",
        "tỉnh Trà Vinh",
        "STP",
        date(2021, 1, 15),
        {
            "Thủ trưởng các Phòng chuyên môn, đơn vị thuộc Sở Tư pháp": 5,
            "Trưởng phòng Tư pháp các huyện, thị xã, thành phố": 9,
        },
        {
            "Thủ trưởng các Phòng chuyên môn, đơn vị thuộc Sở Tư pháp": BY_HAND + "P",
            "Trưởng phòng Tư pháp các huyện, thị xã, thành phố": BY_HAND + "H",
        },
    ),
}


def load_roster(kind, at):
    """The ready-made list of the place with its groups; what belongs to a district ended with the districts."""
    committee = rosters.create_committee(OPERATOR, f"UBND {kind.place}", kind.place, kind.place, at=at)
    for part, load in (("don-vi", rosters.import_units), ("nhom", rosters.import_groups)):
        text = (ROSTERS / f"{kind.roster}-{part}.csv").read_text(encoding="utf-8")
        load(OPERATOR, committee, filled(text, kind.place).encode(), at=at)
    more = [("P", f"Phòng chuyên môn {n} của Sở Tư pháp", "province") for n in range(1, 6)]
    more += [("H", f"Phòng Tư pháp huyện {n}", "district") for n in range(1, 10)]
    for number, (letter, name, level) in enumerate(more if kind.roster == "tinh" else ()):
        unit = Unit(committee_id=committee, code=f"{letter}{number}", created_at=at)
        unit.versions.append(UnitVersion(ordinal=1, name=name, kind="office", level=level))
        db.session.add(unit)
    for version in db.session.query(UnitVersion).join(Unit, Unit.id == UnitVersion.unit_id):
        if kind.roster != "tinh" or version.level == "district":
            version.valid_to = DISTRICTS_ENDED
    db.session.commit()
    return committee


def coordinator_of(committee, kind, at):
    unit = db.session.query(Unit).filter_by(committee_id=committee, code=kind.coordinator).one()
    person = Person(name="Phạm Minh Anh", email="minh.anh@sonthanh.example", created_at=at)
    db.session.add(person)
    db.session.commit()
    return Actor(person.id, person.name, (Grant("coordinator", committee, unit.id),)), unit.id


def pick(committee, kind, text, coordinator_id):
    """Whom a person picks for words that no list settles."""
    said = kind.picked.get(text, "")
    if said.startswith(BY_HAND):
        letter = said.removeprefix(BY_HAND)
        units = db.session.query(Unit).filter_by(committee_id=committee).order_by(Unit.id)
        ids = [one.id for one in units if one.code.startswith(letter) and one.code[1:].isdecimal()]
        return BY_HAND + ",".join(str(one) for one in ids)
    if said:
        return f"group:{db.session.query(UnitGroup).filter_by(committee_id=committee, name=said).one().id}"
    return "none" if "liên quan" in text else f"unit:{coordinator_id}"


def reviewed(actor, committee, kind, version_id, coordinator_id, at):
    """Every lead that nobody knows is picked, every period that is over is still to do."""
    for row in show_review.review(actor, version_id, at=at).rows:
        for mention in row.mentions:
            if mention.part == "lead" and (not mention.value or mention.text in kind.picked):
                page = show_review.review(actor, version_id, at=at)
                value = pick(committee, kind, mention.text, coordinator_id)
                review.choose_units(actor, row.id, mention.text, value, row_version=page.row_version, at=at)
    page = show_review.review(actor, version_id, at=at)
    review.choose_past(actor, version_id, {"all": "open"}, row_version=page.row_version, at=at)
    return show_review.review(actor, version_id, at=at)


def given(text):
    """How many assignments the units have that the plan calls by these words."""
    query = db.select(Mention.unit_ids, TaskVersion.task_id).join(
        TaskVersion, TaskVersion.id == Mention.task_version_id
    )
    found = 0
    for unit_ids, task_id in db.session.execute(query.where(Mention.part == "lead", Mention.text == text)):
        of_task = db.session.query(Assignment).filter(Assignment.task_id == task_id)
        found += of_task.filter(Assignment.unit_id.in_(unit_ids)).count()
    return found


@pytest.mark.parametrize("name", PLANS)
def test_each_group_of_a_real_plan_gives_the_expected_assignments(name, app, shared, clock):
    kind = KINDS[name]
    clock.day(kind.day.year, kind.day.month, kind.day.day)
    committee = load_roster(kind, clock.now)
    actor, coordinator_id = coordinator_of(committee, kind, clock.now)
    data = (shared / "plans" / f"{name}.txt").read_bytes()
    version_id = plans.import_plan(actor, committee, coordinator_id, f"{name}.txt", data, at=clock.now)
    page = reviewed(actor, committee, kind, version_id, coordinator_id, clock.now)
    assert not page.blocked
    done = publish.publish(actor, version_id, row_version=page.row_version, at=clock.now)
    assert {text: given(text) for text in kind.groups} == kind.groups
    assert done.assignments == page.new_assignments == db.session.query(Assignment).count()


def test_a_plan_of_a_district_that_is_gone_goes_to_the_communes_that_carry_on(app, shared, clock):
    kind = KINDS["ha-quang-2022"]
    clock.day(2025, 7, 15)
    committee = load_roster(kind, clock.now)
    actor, coordinator_id = coordinator_of(committee, kind, clock.now)
    heir = Unit(committee_id=committee, code="MOI", created_at=clock.now)
    heir.versions.append(
        UnitVersion(ordinal=1, name="UBND xã Đại Hà", kind="commune", valid_from=date(2025, 7, 1))
    )
    db.session.add(heir)
    db.session.flush()
    for unit in db.session.query(Unit).filter(Unit.committee_id == committee, Unit.code != "MOI"):
        db.session.add(
            UnitSuccession(
                unit_id=unit.id, successor_id=heir.id, kind="merged", effective_on=date(2025, 7, 1)
            )
        )
    db.session.commit()
    data = (shared / "plans" / "ha-quang-2022.txt").read_bytes()
    version_id = plans.import_plan(actor, committee, coordinator_id, "ha-quang.txt", data, at=clock.now)
    page = reviewed(actor, committee, kind, version_id, coordinator_id, clock.now)
    assert not page.blocked
    publish.publish(actor, version_id, row_version=page.row_version, at=clock.now)
    assert given("Ủy ban nhân dân các xã, thị trấn") == COMMUNES * 3
    assert {one.holder_id for one in db.session.query(Assignment)} == {heir.id}
    assert len({one.unit_id for one in db.session.query(Assignment)}) > COMMUNES


def test_publishing_a_plan_of_two_years_ago_sends_no_escalation_on_that_day(roster, shared, app, clock):
    clock.day(2026, 5, 12, 8)
    version_id = import_real(roster, shared, "son-dong-2024", clock.now)
    page = settle(roster, version_id, clock.now)
    publish.publish(roster.actor("coordinator"), version_id, row_version=page.row_version, at=clock.now)
    overdue = db.session.query(Assignment).filter(Assignment.due_on < date(2026, 5, 12)).count()
    assert overdue > 10
    sweep(app, at=clock.now)
    db.session.rollback()  # what the sweep wrote is seen by a new transaction only
    heads = db.session.query(Letter.kind).filter_by(person_id=roster.people["head"])
    assert {kind for (kind,) in heads} == {"now"}, "of new work a head is told, of none that it is late"
    steps = {step for (step,) in db.session.query(Notice.step)}
    assert "published" in steps
    assert not [step for step in steps if step.startswith("+")]


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
    page = show_review.review(coordinator, version_id, at=clock.now)
    assert page.head.period == PlanPeriod(date(2026, 1, 1), date(2026, 12, 31))
    publish.publish(coordinator, version_id, row_version=page.row_version, at=clock.now)
    for unit in (world.tan_lap, world.binh_minh, world.phu_hoa):
        dues = [
            a.due_on for a in db.session.query(Assignment).filter_by(unit_id=unit).order_by(Assignment.due_on)
        ]
        assert dues == [date(2026, 6, 4), date(2026, 12, 4)]
