"""A reorganisation by the services alone, on both databases: what moves, what stays, and undoing it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from tracker.clock import at_vietnam
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import (
    endings,
    feeds,
    periods,
    plans,
    publish,
    review,
    show_plans,
    show_review,
    show_units,
    show_work,
    succession,
    work,
)
from tracker.services.succession_proposal import Choices, Faulty
from tracker.services.work import Given
from tracker.sheets.words import both_names
from tracker.store.models import (
    Absence,
    Assignment,
    Contact,
    Fact,
    Feed,
    HandOver,
    Mention,
    Plan,
    Role,
    TaskVersion,
    Unit,
    UnitChange,
    UnitGroup,
    UnitSuccession,
    UnitVersion,
)
from tracker.units.succession import Change, Heir

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

II. NỘI DUNG

1. Chỉ đạo, hướng dẫn

1.1. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: trước ngày 16/5/2026.

1.2. Biên soạn tài liệu về hộ tịch, chứng thực.

- Cơ quan chủ trì: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: trước ngày 16/9/2026.

1.3. Tuyên truyền trên hệ thống truyền thanh.

- Cơ quan chủ trì: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: thường xuyên.
"""
SECRET = "khoa-chi-de-thu-nghiem-khong-dung-that"
D = Heir(name="UBND xã Tân Bình", code="TB")


@pytest.fixture
def plan(app, world, clock):
    """The plan above, published on 16/1/2026; it is 12/5/2026 again afterwards."""
    coordinator, today = world.actor("coordinator"), clock.now
    at = clock.day(2026, 1, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, version, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.now = today
    return db.session.scalar(select(Plan.id))


def merge(world, **changes):
    units = (world.tan_lap, world.binh_minh, world.phu_hoa)
    given = {"kind": "merged", "units": units, "on": date(2026, 5, 1), "document": "NQ 15/NQ-HĐND"}
    return Change(**(given | {"heirs": (D,)} | changes))


def carried_out(world, change, at, **choices):
    manager = world.actor("manager")
    proposal = succession.propose(manager, world.committee, change, at=at)
    return succession.carry_out(manager, world.committee, change, Choices(**choices), proposal.stamp, at=at)


def unit_named(name):
    return db.session.scalar(select(UnitVersion.unit_id).where(UnitVersion.name == name))


def held(unit_id, *states):
    query = select(func.count()).select_from(Assignment).where(Assignment.holder_id == unit_id)
    return db.session.scalar(query.where(Assignment.state.in_(states)) if states else query)


def finish(world, who, unit_id, at):
    """That unit's dated work is ticked and accepted."""
    work_id = db.session.scalar(
        select(Assignment.id).where(Assignment.unit_id == unit_id, Assignment.due_on.is_not(None))
    )
    work.tick(world.actor(who), work_id, Given(text="15/BC-UBND ngày 10/5/2026"), at=at)
    row_version = db.session.get(Assignment, work_id).row_version
    work.accept(world.actor("coordinator"), work_id, row_version=row_version, at=at)
    return work_id


DUMPED = (
    Unit, UnitVersion, UnitSuccession, HandOver, UnitGroup, Feed, Role, Contact, Absence,
    Plan, Assignment,
)  # fmt: skip
RISES = {"sequence", "changed_at", "row_version"}  # calendars and open pages must see both changes


def dump():
    """Every row of the tables concerned, without what only ever rises."""
    db.session.rollback()
    return {
        model.__name__: sorted(
            repr(
                {
                    c.name: value
                    for c, value in zip(model.__table__.columns, row, strict=True)
                    if c.name not in RISES
                }
            )
            for row in db.session.execute(select(*model.__table__.columns))
        )
        for model in DUMPED
    }


def test_open_work_moves_with_its_reason_and_closed_work_stays(world, clock, plan):
    done = finish(world, "officer", world.tan_lap, clock.now)
    proposal = succession.propose(world.actor("manager"), world.committee, merge(world), at=clock.now)
    assert [line.move.reason for line in proposal.works] == ["Sáp nhập vào UBND xã Tân Bình."] * 2
    assert proposal.closed == 1
    assert sum(one.before for one in proposal.counts) == sum(one.after for one in proposal.counts) == 2
    change_id = carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    assert held(heir) == 2
    assert {
        w.unit_id for w in db.session.scalars(select(Assignment).where(Assignment.holder_id == heir))
    } == {
        world.binh_minh,
        world.phu_hoa,
    }
    assert db.session.get(Assignment, done).holder_id == world.tan_lap
    told = db.session.scalars(select(Fact).where(Fact.deed == "handed-over")).all()
    assert [fact.after["change"] for fact in told] == [change_id, change_id]


def test_work_of_a_closed_period_keeps_its_unit_until_it_is_opened_again(world, clock, plan):
    periods.close_period(world.actor("coordinator"), plan, "once", despite=True, at=clock.now)
    before = held(world.tan_lap)
    carried_out(world, merge(world), clock.now)
    assert held(world.tan_lap) == before > 0
    heir = unit_named("UBND xã Tân Bình")
    assert held(heir) == 0
    periods.reopen_period(world.actor("leader"), plan, "once", "Bổ sung số liệu.", at=clock.now)
    assert held(world.tan_lap) == 0
    assert held(heir) == 3 * before
    told = db.session.scalars(select(Fact).where(Fact.deed == "handed-over")).all()
    assert {fact.after["name"] for fact in told} == {"UBND xã Tân Bình"}


def test_a_withdrawn_plan_leaves_its_closed_periods_as_they_were(world, clock, plan):
    coordinator = world.actor("coordinator")
    periods.close_period(coordinator, plan, "once", despite=True, at=clock.now)
    before = held(world.tan_lap, "open")
    endings.withdraw_plan(coordinator, plan, "Không còn phù hợp.", "20/QĐ-UBND ngày 11/5/2026", at=clock.now)
    assert held(world.tan_lap, "open") == before > 0
    assert held(world.culture, "excused") > 0  # the ongoing work, which no closing holds


def test_work_of_an_ended_plan_that_goes_on_is_the_successor_s(world, clock, plan):
    endings.withdraw_plan(
        world.actor("coordinator"), plan, "Không còn phù hợp.", "20/QĐ-UBND ngày 11/5/2026", at=clock.now
    )
    carried_out(world, merge(world), clock.now)
    endings.reopen_plan(world.actor("leader"), plan, "Bãi bỏ nhầm.", at=clock.now)
    assert held(world.tan_lap, "open") == 0
    assert held(unit_named("UBND xã Tân Bình"), "open") == 3


def test_who_worked_in_an_ended_unit_works_in_its_successor(world, clock, plan):
    carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    assert world.actor("officer").units() == world.actor("other").units() == frozenset({heir})
    rows = show_units.unit_work(world.actor("other"), heir, at=clock.now)
    assert rows.tally.total == 3
    names = {row.unit_name for _, found in rows.groups for row in found}
    assert names == {"UBND xã Tân Lập", "UBND xã Bình Minh", "UBND xã Phú Hòa"}


def test_a_new_unit_stands_where_those_before_it_stood(world, clock, plan):
    for version in db.session.scalars(select(UnitVersion).where(UnitVersion.unit_id.in_(merge(world).units))):
        version.parent_id = world.justice
    db.session.commit()
    carried_out(world, merge(world), clock.now)
    new = db.session.scalar(select(UnitVersion).where(UnitVersion.name == "UBND xã Tân Bình"))
    assert new.parent_id == world.justice


def test_a_role_may_end_with_its_unit(world, clock, plan):
    role = db.session.scalar(select(Role.id).where(Role.unit_id == world.binh_minh))
    carried_out(world, merge(world), clock.now, roles={role: "end"})
    assert world.actor("other").units() == frozenset()


def test_the_calendar_of_an_ended_unit_is_dead(world, clock, plan):
    token = feeds.feed_url_token(world.actor("officer"), world.tan_lap, secret=SECRET, at=clock.now)
    change_id = carried_out(world, merge(world), clock.now)
    assert feeds.feed_of(token, at=clock.now) is None
    succession.undo(world.actor("manager"), change_id, at=clock.now)
    assert feeds.feed_of(token, at=clock.now) is not None


def test_undoing_within_the_day_puts_everything_back(world, clock, plan):
    finish(world, "officer", world.tan_lap, clock.now)
    excepted = [world.tan_lap, world.binh_minh, world.phu_hoa]
    db.session.get(UnitGroup, world.communes).exceptions = excepted
    db.session.add(Contact(unit_id=world.tan_lap, duty="head", name="x", person_id=world.people["head"]))
    db.session.commit()
    feeds.feed_url_token(world.actor("officer"), world.tan_lap, secret=SECRET, at=clock.now)
    before = dump()
    change_id = carried_out(world, merge(world), clock.now)
    assert dump() != before
    heir = unit_named("UBND xã Tân Bình")
    assert db.session.get(UnitGroup, world.communes).exceptions == [*excepted, heir]
    assert db.session.scalars(select(Contact.unit_id)).all() == [heir]
    succession.undo(world.actor("manager"), change_id, at=clock.now)
    assert dump() == before
    assert db.session.get(UnitChange, change_id).undone_at is not None


@pytest.mark.parametrize("kind", ["renamed", "moved", "split", "abolished"])
def test_every_kind_can_be_undone(world, clock, plan, kind):
    heirs = {
        "renamed": (Heir(name="Phòng Văn hóa, Khoa học và Thông tin", short_name="Phòng VHKHTT"),),
        "moved": (Heir(parent_id=world.justice),),
        "split": (
            Heir(name="Phòng Văn hóa", code="VH", function="truyền thanh"),
            Heir(unit_id=world.justice, function="hộ tịch, chứng thực"),
        ),
        "abolished": (Heir(unit_id=world.education),),
    }[kind]
    change = Change(kind, (world.culture,), date(2026, 5, 1), heirs=heirs)
    before = dump()
    change_id = carried_out(world, change, clock.now)
    assert dump() != before
    succession.undo(world.actor("manager"), change_id, at=clock.now)
    assert dump() == before


def test_a_split_goes_by_the_field_of_each_task(world, clock, plan):
    heirs = (
        Heir(name="Phòng Văn hóa", code="VH", function="truyền thanh"),
        Heir(unit_id=world.justice, function="hộ tịch, chứng thực"),
    )
    carried_out(world, Change("split", (world.culture,), date(2026, 5, 1), heirs=heirs), clock.now)
    [moved] = db.session.scalars(select(Assignment).where(Assignment.holder_id == world.justice))
    assert moved.task.versions[-1].title.startswith("Biên soạn tài liệu về hộ tịch")
    assert held(unit_named("Phòng Văn hóa")) == 1


def test_work_of_a_unit_without_a_successor_waits_for_an_answer(world, clock, plan):
    change = Change("abolished", (world.culture,), date(2026, 5, 1))
    manager = world.actor("manager")
    proposal = succession.propose(manager, world.committee, change, at=clock.now)
    assert all(line.move.to == "" and line.move.doubt for line in proposal.works)
    first, second = (line.row.id for line in proposal.works)
    with pytest.raises(Invalid, match="Còn 1 dòng chưa có đơn vị nhận"):
        carried_out(world, change, clock.now, works={first: "excuse"})
    carried_out(world, change, clock.now, works={first: "excuse", second: f"unit:{world.education}"})
    excused = db.session.get(Assignment, first)
    assert (excused.state, excused.excuse_reason) == ("excused", "đơn vị giải thể")
    assert db.session.get(Assignment, second).holder_id == world.education


def test_the_unit_that_follows_plans_up_is_followed_by_its_successor(world, clock, plan):
    heir = Heir(name="Văn phòng HĐND và UBND", code="VP")
    change_id = carried_out(
        world, Change("abolished", (world.justice,), date(2026, 5, 1), heirs=(heir,)), clock.now
    )
    office = unit_named("Văn phòng HĐND và UBND")
    assert db.session.get(Plan, plan).coordinator_id == office
    assert world.actor("coordinator").units("coordinator") == frozenset({office})
    succession.undo(world.actor("manager"), change_id, at=clock.now)
    assert db.session.get(Plan, plan).coordinator_id == world.justice


def test_a_unit_may_take_the_others_in_and_live_on(world, clock, plan):
    change = merge(world, heirs=(Heir(unit_id=world.tan_lap),))
    carried_out(world, change, clock.now)
    assert held(world.tan_lap) == 3
    assert unit_named("UBND xã Tân Lập") == world.tan_lap
    assert world.actor("other").units() == frozenset({world.tan_lap})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": date(2026, 5, 13)}, "Xin quay lại đúng ngày 13/5/2026"),
        ({"units": ()}, "Xin chọn đơn vị"),
        ({"heirs": ()}, "đơn vị sau khi sắp xếp"),
        ({"heirs": (Heir(name="UBND xã Mới"),)}, "Xin ghi mã"),
        ({"heirs": (Heir(name="Phòng Tư pháp", code="X"),)}, "Đã có đơn vị tên Phòng Tư pháp"),
        ({"heirs": (Heir(name="UBND xã Mới", code="ptp"),)}, "đã dùng cho đơn vị khác"),
        ({"units": (999,)}, "Sáp nhập cần ít nhất hai đơn vị"),
    ],
)
def test_what_cannot_be_is_refused_in_words(world, clock, plan, changes, words):
    with pytest.raises(Faulty, match=words):
        succession.propose(world.actor("manager"), world.committee, merge(world, **changes), at=clock.now)


def test_a_unit_that_is_gone_is_not_merged_again(world, clock, plan):
    carried_out(world, merge(world), clock.now)
    again = merge(world, heirs=(Heir(name="UBND xã Khác", code="K"),))
    with pytest.raises(Faulty, match="chỉ hoạt động đến hết ngày 30/4/2026"):
        succession.propose(world.actor("manager"), world.committee, again, at=clock.now)


def test_what_changed_since_the_preview_is_shown_anew(world, clock, plan):
    manager = world.actor("manager")
    proposal = succession.propose(manager, world.committee, merge(world), at=clock.now)
    finish(world, "officer", world.tan_lap, clock.now)
    with pytest.raises(Refused) as refusal:
        succession.carry_out(manager, world.committee, merge(world), Choices(), proposal.stamp, at=clock.now)
    assert refusal.value.code == "changed-since"
    assert unit_named("UBND xã Tân Bình") is None


def test_the_day_after_it_cannot_be_undone(world, clock, plan):
    change_id = carried_out(world, merge(world), clock.now)
    with pytest.raises(Refused, match="trong ngày đã làm"):
        succession.undo(world.actor("manager"), change_id, at=clock.day(2026, 5, 13, 0, 5))


def test_nothing_is_undone_under_work_that_stands_on_it(world, clock, plan):
    change_id = carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    mine = db.session.scalar(select(Assignment.id).where(Assignment.holder_id == heir))
    work.tick(world.actor("officer"), mine, Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    with pytest.raises(Refused, match="1 việc đã chuyển vừa có cập nhật"):
        succession.undo(world.actor("manager"), change_id, at=clock.now)


def test_a_later_reorganisation_is_undone_first(world, clock, plan):
    first = carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    later = Change("renamed", (heir,), date(2026, 5, 10), heirs=(Heir(name="UBND xã Tân Bình Minh"),))
    second = carried_out(world, later, clock.now)
    manager = world.actor("manager")
    with pytest.raises(Refused, match="Xin hoàn tác lần đó trước"):
        succession.undo(manager, first, at=clock.now)
    succession.undo(manager, second, at=clock.now)
    succession.undo(manager, first, at=clock.now)
    assert unit_named("UBND xã Tân Bình") is None
    with pytest.raises(Refused, match="đã được hoàn tác"):
        succession.undo(manager, first, at=clock.now)


def test_a_chain_is_undone_link_by_link(world, clock, plan):
    before, manager = dump(), world.actor("manager")
    chain = (world.tan_lap, world.binh_minh, world.phu_hoa, world.culture)
    links = [
        carried_out(
            world, Change("merged", (one,), date(2026, 5, day), heirs=(Heir(unit_id=heir),)), clock.now
        )
        for day, one, heir in zip((1, 3, 5), chain, chain[1:], strict=False)
    ]
    assert held(world.culture, "open") == 5
    for change_id in reversed(links):
        succession.undo(manager, change_id, at=clock.now)
    assert dump() == before


def test_work_done_in_a_chain_still_holds_its_links(world, clock, plan):
    first = merge(world, units=(world.tan_lap,), heirs=(Heir(unit_id=world.binh_minh),))
    second = merge(world, units=(world.binh_minh,), heirs=(Heir(unit_id=world.phu_hoa),))
    manager = world.actor("manager")
    first_id, second_id = (carried_out(world, change, clock.now) for change in (first, second))
    succession.undo(manager, second_id, at=clock.now)
    mine = db.session.scalar(select(Assignment.id).where(Assignment.unit_id == world.tan_lap))
    work.tick(world.actor("other"), mine, Given(text="15/BC-UBND ngày 11/5/2026"), at=clock.now)
    with pytest.raises(Refused, match="1 việc đã chuyển vừa có cập nhật"):
        succession.undo(manager, first_id, at=clock.now)


def test_only_who_manages_units_reorganises_them(world, clock, plan):
    for who in ("coordinator", "head", "leader"):
        with pytest.raises(Forbidden):
            succession.propose(world.actor(who), world.committee, merge(world), at=clock.now)
    change_id = carried_out(world, merge(world), clock.now)
    with pytest.raises(Forbidden):
        succession.undo(world.actor("coordinator"), change_id, at=clock.now)


def test_a_renamed_unit_keeps_its_work_and_shows_both_names(world, clock, plan):
    heir = Heir(name="Phòng Văn hóa, Khoa học và Thông tin")
    before = held(world.culture)
    carried_out(world, Change("renamed", (world.culture,), date(2026, 5, 1), heirs=(heir,)), clock.now)
    assert held(world.culture) == before
    assert db.session.scalar(select(func.count()).select_from(HandOver)) == 0
    page = show_plans.plan_page(world.actor("coordinator"), plan, at=clock.now)
    rows = [row for section in page.sections for task in section.tasks for row in task.assignments]
    shown = {both_names(row.unit_name, row.holder_name) for row in rows if row.holder_id == world.culture}
    assert shown == {"Phòng Văn hóa và Thông tin, nay là Phòng Văn hóa, Khoa học và Thông tin"}


def test_what_was_closed_before_a_renaming_keeps_the_old_name(world, clock, plan):
    work_id = finish_culture(world, at_vietnam(date(2026, 4, 20), 9))
    heir = Heir(name="Phòng Văn hóa, Khoa học và Thông tin")
    carried_out(world, Change("renamed", (world.culture,), date(2026, 5, 1), heirs=(heir,)), clock.now)
    row = show_work.work_page(world.actor("leader"), work_id, at=clock.now).row
    assert row.unit_name == row.holder_name == "Phòng Văn hóa và Thông tin"


def finish_culture(world, at):
    work_id = db.session.scalar(
        select(Assignment.id).where(Assignment.unit_id == world.culture, Assignment.due_on.is_not(None))
    )
    coordinator = world.actor("coordinator")
    work.tick_on_behalf(
        coordinator,
        work_id,
        Given(text="1/BC-VHTT ngày 1/4/2026"),
        received_on=date(2026, 4, 20),
        via="paper",
        at=at,
    )
    row_version = db.session.get(Assignment, work_id).row_version
    work.accept(coordinator, work_id, row_version=row_version, at=at)
    return work_id


def test_who_helped_is_followed_by_its_successor(world, clock, plan):
    task = db.session.scalar(select(Assignment.task_id).where(Assignment.unit_id == world.culture))
    version = db.session.scalar(select(TaskVersion).where(TaskVersion.task_id == task))
    version.mentions.append(Mention(part="partner", ordinal=0, text="xã", unit_ids=[world.tan_lap]))
    db.session.commit()
    carried_out(world, merge(world), clock.now)
    officer = world.actor("officer")
    rows = show_units.unit_work(officer, unit_named("UBND xã Tân Bình"), at=clock.now).partner_rows
    assert [row.task_id for row in rows] == [task]
    assert not show_work.work_page(officer, rows[0].id, at=clock.now).sees_evidence


# One tick for what was inherited


def test_one_tick_with_the_same_evidence_closes_all_inherited_lines(world, clock, plan):
    carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    first, *also = db.session.scalars(
        select(Assignment.id).where(Assignment.holder_id == heir).order_by(Assignment.id)
    ).all()
    officer = world.actor("officer")
    page = show_work.work_page(officer, first, at=clock.now)
    assert [row.id for row in page.siblings] == also
    given = Given(file_name="BC.pdf", file_data=b"%PDF-1.4 noi dung")
    work.tick(officer, first, given, also=also, at=clock.now)
    rows = [db.session.get(Assignment, work_id) for work_id in (first, *also)]
    assert {row.state for row in rows} == {"submitted"}
    bundles = {row.submissions[-1].bundle for row in rows}
    assert len(bundles) == 1
    assert bundles != {""}
    assert len({row.submissions[-1].evidence[0].file_id for row in rows}) == 1


def test_only_lines_of_the_same_task_and_period_go_along(world, clock, plan):
    carried_out(world, merge(world), clock.now)
    first = db.session.scalar(select(Assignment.id).where(Assignment.unit_id == world.tan_lap))
    foreign = db.session.scalar(select(Assignment.id).where(Assignment.unit_id == world.culture))
    with pytest.raises(Invalid, match="cùng nhiệm vụ"):
        work.tick(
            world.actor("officer"), first, Given(text="1/BC-UBND ngày 1/5/2026"), also=[foreign], at=clock.now
        )
    assert db.session.get(Assignment, first).state == "open"


@pytest.fixture
def bundle(world, clock, plan):
    """Lines that the merged commune ticked together: their ids."""
    carried_out(world, merge(world), clock.now)
    heir = unit_named("UBND xã Tân Bình")
    first, *also = db.session.scalars(
        select(Assignment.id).where(Assignment.holder_id == heir).order_by(Assignment.id)
    ).all()
    given = Given(text="1/BC-UBND ngày 1/5/2026")
    work.tick(world.actor("officer"), first, given, also=also, at=clock.now)
    return [first, *also]


def test_lines_that_were_sent_together_are_accepted_together(world, clock, bundle):
    first, *also = bundle
    coordinator = world.actor("coordinator")
    page = show_work.work_page(coordinator, first, at=clock.now)
    assert [row.id for row in page.bundled] == also
    work.accept(coordinator, first, also=also, row_version=page.row.row_version, at=clock.now)
    rows = [db.session.get(Assignment, work_id) for work_id in bundle]
    assert {(row.state, row.done_on) for row in rows} == {("accepted", clock.now.date())}
    assert show_work.work_page(coordinator, first, at=clock.now).bundled == ()


def test_one_line_alone_may_be_accepted_and_the_others_stay(world, clock, bundle):
    first, *also = bundle
    coordinator = world.actor("coordinator")
    row_version = db.session.get(Assignment, first).row_version
    work.accept(coordinator, first, row_version=row_version, at=clock.now)
    assert {db.session.get(Assignment, one).state for one in also} == {"submitted"}


def test_what_was_sent_by_itself_is_not_accepted_with_others(world, clock, bundle):
    first, *also = bundle
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    work.take_back(officer, also[0], at=clock.now)
    work.tick(officer, also[0], Given(text="2/BC-UBND ngày 1/5/2026"), at=clock.now)
    row_version = db.session.get(Assignment, first).row_version
    with pytest.raises(Invalid, match="gửi chung"):
        work.accept(coordinator, first, also=also, row_version=row_version, at=clock.now)
    db.session.rollback()
    assert {db.session.get(Assignment, one).state for one in bundle} == {"submitted"}
