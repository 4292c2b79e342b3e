"""On the review page: the units of a row one by one, and when several units have done it."""

from __future__ import annotations

import re

import pytest

from tests.browser.arriving import expect, faults, follow, log_in, too_wide
from tests.web.conftest import PLAN
from tracker.extensions import db
from tracker.services import plans, publish, review, show_review
from tracker.store.models import Alias, DraftRow, TaskVersion

LEAD = "UBND các xã, thị trấn"


@pytest.fixture
def draft(sqlite_app, world, clock) -> int:
    at = clock.day(2026, 1, 16)
    return plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )


@pytest.fixture
def row(draft) -> int:
    return db.session.query(DraftRow).filter_by(plan_version_id=draft).order_by(DraftRow.position).first().id


@pytest.fixture
def save(signed_in, draft, row):
    """`save(**changed)` sends the form of the first row as the page shows it, with these fields changed."""
    client = signed_in("coordinator")

    def post(**changed):
        html = client.get(f"/kiem-tra/{draft}?dong={row}").get_data(as_text=True)
        form = next(part for part in html.split("<form") if f"/dong/{row}" in part[:200])
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        for name in ("title", "leads", "partners", "deliverables"):
            fields[name] = re.search(rf'<textarea[^>]*name="{name}"[^>]*>([^<]*)<', form)[1]
        for name, value in re.findall(
            r'<input class="form-control"[^>]* name="([^"]+)" value="([^"]*)"', form
        ):
            fields.setdefault(name, value)
        ticked = re.findall(r'name="of-0" value="(\d+)" checked', form)
        given = fields | {"kind": "task", "of-0": ticked, "do": "save"} | changed
        return client.post(
            f"/kiem-tra/{draft}/dong/{row}",
            data=given,
            headers={"Referer": f"http://localhost/kiem-tra/{draft}"},
        )

    return post


def stored(row: int) -> DraftRow:
    db.session.rollback()
    return db.session.get(DraftRow, row)


def test_a_group_shows_its_units_of_the_plan_s_day(signed_in, draft, row):
    page = " ".join(
        signed_in("coordinator").get(f"/kiem-tra/{draft}?dong={row}").get_data(as_text=True).split()
    )
    assert "3 đơn vị ngày 15/1/2026" in page or "3 đơn vị ngày 15/01/2026" in page
    assert page.count('name="of-0"') == 3


def test_unticking_a_unit_changes_this_row_alone(save, world, row):
    before = db.session.query(Alias).count()
    assert save(**{"of-0": [world.tan_lap, world.binh_minh]}).status_code == 303
    assert stored(row).choices == {LEAD: f"group:{world.communes}-{world.phu_hoa}"}
    assert db.session.query(Alias).count() == before
    assert save(**{"of-0": [world.tan_lap, world.binh_minh, world.phu_hoa]}).status_code == 303
    assert stored(row).choices == {LEAD: f"group:{world.communes}"}


def test_saving_without_a_change_chooses_nothing(save, row):
    assert save().status_code == 303
    assert stored(row).choices == {}


def test_the_last_unit_cannot_be_unticked(save, row):
    answer = save(**{"of-0": []})
    assert answer.status_code == 422
    assert "Xin giữ ít nhất một đơn vị" in answer.get_data(as_text=True)
    assert stored(row).choices == {}


def test_other_units_are_picked_on_a_page_of_their_own(signed_in, send, world, draft, row):
    client = signed_in("coordinator")
    page = f"/kiem-tra/{draft}/dong/{row}/don-vi/0"
    html = client.get(page).get_data(as_text=True)
    assert "Phòng Tư pháp" in html
    shown = re.search(r'name="of-shown" value="([^"]+)"', html)[1]
    version = re.search(r'name="row_version" value="(\d+)"', html)[1]
    given = {"row_version": version, "mention": LEAD, "of-shown": shown, "of": [world.tan_lap, world.culture]}
    assert send(client, page, page, **given).status_code == 303
    assert stored(row).choices == {LEAD: f"units:{world.culture},{world.tan_lap}"}
    again = send(client, page, page, **given)
    assert again.status_code == 409 or "người khác sửa" in again.get_data(as_text=True)


def test_when_several_units_have_done_it_is_chosen_and_shown_on_the_plan(
    save, signed_in, world, draft, row, clock
):
    assert save(**{"completion": "some", "completion-n": "2"}).status_code == 303
    assert stored(row).completion == "2"
    actor = world.actor("coordinator")
    page = show_review.review(actor, draft, at=clock.now)
    if page.past_unchosen:
        review.choose_past(actor, draft, {"all": "open"}, row_version=page.row_version, at=clock.now)
        page = show_review.review(actor, draft, at=clock.now)

    publish.publish(actor, draft, row_version=page.row_version, at=clock.now)
    assert db.session.query(TaskVersion).order_by(TaskVersion.position).first().completion == "2"
    plan = signed_in("coordinator").get(f"/ke-hoach/{page.plan.id}").get_data(as_text=True)
    assert "ít nhất 2 đơn vị xong" in plan


@pytest.mark.parametrize(("number", "words"), [("", "Xin ghi số đơn vị"), ("9", "chỉ có 3 đơn vị")])
def test_a_number_that_cannot_be_is_refused_in_words(save, row, number, words):
    answer = save(**{"completion": "some", "completion-n": number})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored(row).completion == "all"


def test_axe_and_a_phone_find_nothing_wrong_with_the_units_of_a_row(
    browser, serve, sqlite_app, world, draft, row
):
    base = serve(sqlite_app)
    found = []
    for who, addresses in (
        ("coordinator", (f"/kiem-tra/{draft}?dong={row}", f"/kiem-tra/{draft}/dong/{row}/don-vi/0")),
        ("manager", ("/don-vi/nhom", "/don-vi/nhom/them", f"/don-vi/nhom/{world.communes}")),
    ):
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
        page = context.new_page()
        log_in(page, base, who, addresses[0])
        for address in addresses:
            page.goto(base + address)
            page.evaluate("document.querySelectorAll('.mn, .ex').forEach(one => one.open = true)")
            found += [(address, fault) for fault in faults(page)]
            found += [(address, over) for over in [too_wide(page)] if over]
        context.close()
    assert found == []


@pytest.fixture
def visit(browser_page, serve, sqlite_app):
    """`visit(who, address)` logs in and opens the page."""
    base = serve(sqlite_app)

    def go(who: str, address: str):
        log_in(browser_page, base, who, address)
        return browser_page

    return go


def test_units_of_a_kind_are_ticked_all_at_once(visit, world, draft, row):
    page = visit("coordinator", f"/kiem-tra/{draft}/dong/{row}/don-vi/0")
    page.locator("[data-pick]").first.locator("[data-pick-all]").click()
    expect(page.locator("[name=of]:checked")).to_have_count(6)
    follow(page.locator("main form [type=submit]"))
    assert f"/kiem-tra/{draft}?dong={row}" in page.url
    assert len(stored(row).choices[LEAD].split(",")) == 6


def test_the_filter_needs_no_marks_and_all_means_those_in_sight(visit, world):
    page = visit("manager", "/don-vi/nhom/them")
    page.check("[name=how][value=list]")
    page.fill("[data-pick-filter]", "xa tan lap")
    expect(page.locator("[data-pick] li:visible")).to_have_count(1)
    page.click("[data-pick-all]")
    expect(page.locator("[name=member]:checked")).to_have_count(1)
    expect(page.locator("[data-pick-count]")).to_have_text("1")


def test_a_row_s_units_are_changed_in_the_page_and_kept(visit, world, draft, row):
    page = visit("coordinator", f"/kiem-tra/{draft}?dong={row}")
    page.evaluate("document.querySelectorAll('.mn, .ex').forEach(one => one.open = true)")
    page.uncheck(f"#dong-{row} [name=of-0][value='{world.phu_hoa}']")
    follow(page.locator(f"#dong-{row} .acts-row [value=save]"))
    assert stored(row).choices == {LEAD: f"group:{world.communes}-{world.phu_hoa}"}
    assert "trừ UBND xã Phú Hòa" in page.inner_text(f"#dong-{row}")
