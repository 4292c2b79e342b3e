"""What an attacker or bad luck tried once: two at a time, foreign people, days out of this world."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from tests.conftest import PASSWORD
from tests.services.test_whole_deed import PLAN, first_dated, publish_draft
from tracker.access import Actor, Grant
from tracker.clock import at_vietnam
from tracker.documents.read import read
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import Forbidden, Invalid, Refused, UnreadableFile
from tracker.extensions import db
from tracker.services import accounts, plans, publish, review, show_plans, show_review, work
from tracker.services.work import Given
from tracker.store.models import (
    Alias,
    Assignment,
    Committee,
    Fact,
    Person,
    PlanVersion,
    Role,
    StoredFile,
    Task,
)
from tracker.units.matching import key

AT_ONCE = 4


@pytest.fixture
def draft(app, world, clock):
    coordinator = world.actor("coordinator")
    return plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )


def at_once(app, deed):
    """Run the deed in several threads that start together; returns what they raised."""
    gate = threading.Barrier(AT_ONCE)
    raised: list[Exception] = []

    def run():
        with app.app_context():
            gate.wait()
            try:
                deed()
            except Exception as error:
                raised.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return raised


def test_four_who_publish_at_once_publish_once(app, world, clock, draft):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, draft, at=clock.now)
    rows, planned = len(page.rows), page.new_assignments
    db.session.rollback()
    raised = at_once(
        app, lambda: publish.publish(coordinator, draft, row_version=page.row_version, at=clock.now)
    )
    assert raised == []
    assert db.session.query(Task).count() == rows
    assert db.session.query(Assignment).count() == planned
    assert db.session.query(Fact).filter_by(deed="published").count() == 1


def test_of_four_who_save_at_once_one_wins_and_the_others_are_told(app, world, clock, draft):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, draft, at=clock.now)
    row, version = page.rows[0].id, page.row_version
    db.session.rollback()
    raised = at_once(
        app, lambda: review.decide_row(coordinator, row, "right", row_version=version, at=clock.now)
    )
    assert [type(error) for error in raised] == [Refused] * (AT_ONCE - 1)


def test_of_four_new_versions_at_once_one_is_taken(app, world, clock, draft):
    publish_draft(world, draft, clock.now)
    coordinator, plan_id = world.actor("coordinator"), db.session.get(PlanVersion, draft).plan_id
    db.session.rollback()
    given = (coordinator, world.committee, world.justice, "moi.txt", PLAN.encode())
    raised = at_once(app, lambda: plans.import_plan(*given, at=clock.now, plan_id=plan_id))
    assert [type(error) for error in raised] == [Refused] * (AT_ONCE - 1)


def test_a_manager_gives_no_link_for_somebody_who_belongs_elsewhere_too(app, world, clock):
    other = Committee(name="UBND huyện Hạ Lâm", created_at=clock.now)
    db.session.add(other)
    db.session.flush()
    db.session.add(Role(person_id=world.people["coordinator"], role="viewer", committee_id=other.id))
    db.session.commit()
    stranger = Actor(99, "Quản lý nơi khác", (Grant("manager", other.id),))
    with pytest.raises(Forbidden):
        accounts.password_link(stranger, world.people["coordinator"], secret="k" * 40, at=clock.now)


def test_signing_out_ends_a_copied_session(app, world, clock):
    person = world.people["officer"]
    epoch = accounts.epoch_of(person)
    accounts.sign_out(world.actor("officer"), at=clock.now)
    assert accounts.actor_of(person, at=clock.now, epoch=epoch) is None


def test_after_many_wrong_passwords_the_right_one_is_refused_for_a_while(app, world, clock):
    for _ in range(accounts.TRIES):
        with pytest.raises(Refused, match="chưa đúng"):
            accounts.sign_in("officer@sonthanh.example", "sai", "10.0.0.1", at=clock.now, cost="low")
    with pytest.raises(Refused, match="15 phút"):
        accounts.sign_in("officer@sonthanh.example", PASSWORD, "10.0.0.2", at=clock.now, cost="low")
    clock.day(2026, 5, 12, 9)
    assert accounts.sign_in("officer@sonthanh.example", PASSWORD, "10.0.0.2", at=clock.now, cost="low")


@pytest.mark.parametrize("day", [date(26, 5, 20), date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_out_of_this_world_holds_publishing_back(app, world, clock, draft, day):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, draft, at=clock.now)
    task = TaskDraft(
        ("9",), "task", "Nhập sai ngày", ("Phòng Tư pháp",), timings=(TimingDraft("?", due=day),)
    )
    review.add_row(coordinator, draft, task, row_version=page.row_version, at=clock.now)
    page = show_review.review(coordinator, draft, at=clock.now)
    assert page.blocked
    assert [doubt.code for row in page.rows for doubt in row.blocking] == ["invalid-date"]


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 1, 1), date(9999, 12, 31)), (date(26, 1, 1), date(26, 12, 31))]
)
def test_no_plan_runs_for_thousands_of_years(app, world, clock, start, end):
    with pytest.raises(Invalid, match="30 năm"):
        plans.new_plan(
            world.actor("coordinator"),
            world.committee,
            world.justice,
            title="Kế hoạch dài",
            period_start=start,
            period_end=end,
            at=clock.now,
        )


def test_nobody_teaches_a_spelling_that_the_row_does_not_hold(app, world, clock, draft):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, draft, at=clock.now)
    given = {"row_version": page.row_version, "at": clock.now}
    with pytest.raises(Invalid, match="không nhắc đến"):
        review.choose_units(coordinator, page.rows[0].id, "Công an huyện", f"unit:{world.justice}", **given)


def test_a_choice_never_changes_what_the_office_has_listed(app, world, clock, draft):
    coordinator = world.actor("coordinator")
    db.session.add(
        Alias(
            committee_id=world.committee,
            key=key("UBND các xã, thị trấn"),
            text="UBND các xã, thị trấn",
            group_id=world.communes,
            origin="import",
        )
    )
    db.session.commit()
    page = show_review.review(coordinator, draft, at=clock.now)
    row = next(row for row in page.rows if "UBND các xã, thị trấn" in row.task.leads)
    review.choose_units(
        coordinator,
        row.id,
        "UBND các xã, thị trấn",
        f"unit:{world.justice}",
        row_version=page.row_version,
        at=clock.now,
    )
    kept = db.session.query(Alias).filter_by(key=key("UBND các xã, thị trấn")).one()
    assert (kept.group_id, kept.unit_id) == (world.communes, None)


@pytest.mark.parametrize("value", ["unit:abc", "unit:", "group:²", "rác", "unit:999"])
def test_a_choice_that_is_none_is_refused_in_words(app, world, clock, draft, value):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, draft, at=clock.now)
    lead = page.rows[0].task.leads[0]
    with pytest.raises(Invalid, match="không có trong danh sách"):
        review.choose_units(
            coordinator, page.rows[0].id, lead, value, row_version=page.row_version, at=clock.now
        )


def test_evidence_is_named_after_what_it_is(app, world, clock, draft):
    publish_draft(world, draft, clock.now)
    row = first_dated(world, clock)
    page = b"%PDF-1.7 <script>alert(1)</script>"
    work.tick(world.actor("officer"), row.id, Given(file_name="..\\a.html", file_data=page), at=clock.now)
    assert db.session.query(StoredFile.name).order_by(StoredFile.id.desc()).first()[0] == "a.html.pdf"


@pytest.mark.parametrize("link", ["http://[x", "javascript:alert(1)", "//nơi-khác"])
def test_a_link_that_is_none_is_refused_in_words(app, world, clock, draft, link):
    publish_draft(world, draft, clock.now)
    with pytest.raises(Invalid, match="http"):
        work.tick(world.actor("officer"), first_dated(world, clock).id, Given(link=link), at=clock.now)


def test_a_stranger_learns_nothing_of_the_state_of_work(app, world, clock, draft):
    publish_draft(world, draft, clock.now)
    with pytest.raises(Forbidden):
        work.accept(world.actor("other"), first_dated(world, clock).id, row_version=99, at=clock.now)


def test_a_sheet_of_merged_cells_without_end_is_refused():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A19000"] = "STT", "x"
    content = io.BytesIO()
    book.save(content)
    merges = "".join(f'<mergeCell ref="{column}1:{column}1048576"/>' for column in "BCDEFGHIJKLMNOP")
    with pytest.raises(UnreadableFile, match="gộp"):
        read(with_part(content.getvalue(), "xl/worksheets/sheet1.xml", merges), "gop.xlsx")


def with_part(data: bytes, name: str, merges: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            if part == name:
                text = text.replace(
                    b"</sheetData>", b"</sheetData><mergeCells>" + merges.encode() + b"</mergeCells>"
                )
            new.writestr(part, text)
    return made.getvalue()


def test_addresses_and_texts_that_no_database_holds_are_no_fault_of_ours(app, world, signed_in):
    client = signed_in("officer")
    assert client.get("/viec/99999999999999999999").status_code == 404
    assert client.get("/viec?don-vi=\x00").status_code == 400


def test_the_sample_is_never_loaded_in_production(monkeypatch, tmp_path):
    from click.testing import CliRunner

    from tracker.cli import main

    env = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_ENV": "production"}
    done = CliRunner().invoke(main, ["demo"], env=env)
    assert done.exit_code == 1
    assert "production" in done.output


def test_a_person_of_two_moments(app, world):
    """A role that ended yesterday gives no right today."""
    person = db.session.get(Person, world.people["officer"])
    person.roles[0].valid_to = date(2026, 5, 11)
    db.session.commit()
    today = at_vietnam(date(2026, 5, 12), 8)
    assert accounts.actor_of(person.id, at=today).grants == ()
    assert accounts.actor_of(person.id, at=datetime(2026, 5, 10, tzinfo=UTC)).grants != ()


def test_the_history_of_a_plan_keeps_its_drafts_to_those_who_review_them(app, world, clock, draft):
    publish_draft(world, draft, clock.now)
    coordinator, plan_id = world.actor("coordinator"), db.session.get(PlanVersion, draft).plan_id
    given = (coordinator, world.committee, world.justice, "ban-moi-chua-ai-biet.txt", PLAN.encode())
    plans.import_plan(*given, at=clock.now, plan_id=plan_id)
    seen = {fact.deed for fact in show_plans.plan_page(world.actor("officer"), plan_id, at=clock.now).facts}
    assert seen == {"published"}
    assert "imported" in {
        fact.deed for fact in show_plans.plan_page(coordinator, plan_id, at=clock.now).facts
    }
