"""Theo dõi: the matrix, the panel of a cell, the side, with and without script."""

from __future__ import annotations

import re

import pytest

from tests.browser.arriving import expect, faults, log_in, too_wide
from tracker.services import show_dashboard, show_work, work
from tracker.web.dashboard import in_order

pytestmark = pytest.mark.usefixtures("sqlite_app")


def text(answer) -> str:
    html = re.sub(r"<(script|style|template|svg).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_without_plans_the_page_says_what_will_come(world, signed_in):
    words = text(signed_in("coordinator").get("/theo-doi"))
    assert "Chưa có kế hoạch nào được ban hành" in words
    assert "Thêm kế hoạch" in words
    assert "Xem các kế hoạch" in text(signed_in("leader").get("/theo-doi"))


def test_units_do_not_see_the_matrix(published, signed_in):
    assert signed_in("officer").get("/theo-doi").status_code == 403


def test_the_page_begins_with_how_things_stand(published, signed_in):
    words = text(signed_in("leader").get("/theo-doi"))
    assert "Đến Thứ Ba 12/5/2026: đã xong 0/7 việc" in words
    assert "3 quá hạn" in words
    assert "3 hạn hôm nay" in words


def test_kinds_of_units_stand_as_on_their_own_page():
    assert [kind for kind, _rows in in_order([("organisation", ()), ("commune", ()), ("office", ())])] == [
        "office",
        "commune",
        "organisation",
    ]


def test_a_cell_says_how_much_is_done_and_the_worst_thing_in_it(published, world, signed_in):
    html = signed_in("leader").get("/theo-doi").get_data(as_text=True)
    address = f"/theo-doi?ke-hoach=1&amp;don-vi={world.tan_lap}#chi-tiet"
    cell = html[html.index(address) :].split("</td>")[0]
    assert "0/2" in cell
    assert "quá 1" in cell
    assert html.count('class="cell is-overdue') == 3


def test_a_cell_opens_its_assignments_without_script(published, world, signed_in):
    html = signed_in("coordinator").get(f"/theo-doi?ke-hoach=1&don-vi={world.tan_lap}").get_data(as_text=True)
    panel = html[html.index('id="chi-tiet"') :].split("</section>")[0]
    assert "UBND xã Tân Lập" in panel
    assert "0/2 việc đã xong" in panel
    titles = re.findall(r'href="/viec/\d+">([^<]+)<', panel)
    assert titles[0].startswith("Rà soát"), "what is overdue comes first"
    assert len(titles) == 3


def test_a_unit_and_a_plan_open_a_panel_of_their_own(published, world, signed_in):
    leader = signed_in("leader")
    assert "mọi kế hoạch" in text(leader.get(f"/theo-doi?don-vi={world.tan_lap}"))
    assert "Mọi đơn vị 12/KH-UBND" in text(leader.get("/theo-doi?ke-hoach=1"))


@pytest.mark.parametrize("asked", ["don-vi=9999", "ke-hoach=9999"])
def test_a_panel_of_nothing_is_told_in_words(published, signed_in, asked):
    answer = signed_in("leader").get(f"/theo-doi?{asked}")
    assert answer.status_code == 404
    assert "Xin chọn lại từ bảng" in text(answer)


def test_units_can_be_narrowed_to_the_late_ones(published, world, clock, signed_in):
    for row in ids(world, clock).values():
        if row.unit_id == world.phu_hoa and row.standing.code == "overdue":
            tick_and_accept(world, clock, row.id)
    table = signed_in("leader").get("/theo-doi?loc=qua-han").get_data(as_text=True).split("<tfoot>")[0]
    assert "UBND xã Tân Lập" in table
    assert "UBND xã Phú Hòa" not in table


def test_what_waits_for_acceptance_stands_at_the_side(published, world, clock, work_id, signed_in):
    work.tick(
        world.actor("officer"), work_id("Rà soát"), work.Given(text="15/BC-UBND ngày 12/5/2026"), at=clock.now
    )
    words = text(signed_in("coordinator").get("/theo-doi"))
    assert "Chờ duyệt 1 việc" in words
    assert "15/BC-UBND ngày 12/5/2026" in words


def test_the_same_work_of_several_units_is_one_line_of_the_next_thirty_days(published, signed_in):
    words = text(signed_in("leader").get("/theo-doi"))
    assert "Đến hạn trong 30 ngày 3 việc" in words
    assert "3 đơn vị · Thứ Ba 12/5/2026 · hạn hôm nay" in words


def test_an_acceptance_changes_the_cell(published, world, clock, work_id, signed_in):
    tick_and_accept(world, clock, work_id("Rà soát"))
    html = signed_in("leader").get("/theo-doi").get_data(as_text=True)
    cell = html[html.index(f"/theo-doi?ke-hoach=1&amp;don-vi={world.tan_lap}#") :].split("</td>")[0]
    assert "1/2" in cell
    assert "hôm nay 1" in cell


def ids(world, clock):
    actor = world.actor("coordinator")
    rows = show_dashboard.cell(actor, world.committee, None, None, at=clock.now)
    return {f"{row.unit_id} {row.title}": row for row in rows}


def tick_and_accept(world, clock, assignment_id):
    coordinator = world.actor("coordinator")
    work.tick_on_behalf(
        coordinator,
        assignment_id,
        work.Given(text="15/BC-UBND ngày 8/5/2026"),
        received_on=clock.now.date(),
        via="paper",
        at=clock.now,
    )
    row = show_work.work_page(coordinator, assignment_id, at=clock.now).row
    if row.work.state == "submitted":
        work.accept(coordinator, assignment_id, row_version=row.row_version, at=clock.now)


# In a real browser


@pytest.fixture
def page(sqlite_app, world, published, serve, browser_page):
    """The matrix, opened by the coordinator in Chromium."""
    address = serve(sqlite_app)
    log_in(browser_page, address, "coordinator", "/theo-doi")
    return browser_page


def test_arrows_move_between_cells_and_a_cell_opens_beside_the_matrix(page):
    cell = page.locator("td.cell.is-overdue a").first
    cell.focus()
    page.keyboard.press("ArrowDown")
    expect(cell).not_to_be_focused()
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") > page.evaluate(
        "document.querySelector('td.cell.is-overdue').parentNode.rowIndex"
    )
    page.keyboard.press("Enter")
    expect(page.locator("#chi-tiet")).to_be_visible()
    expect(page.locator("td.sel")).to_have_count(1)
    expect(page).to_have_url(re.compile("don-vi="))
    page.keyboard.press("Escape")
    expect(page.locator("#chi-tiet")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("don-vi="))
    page.go_back()
    expect(page.locator("#chi-tiet")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_moves_sideways(page, world, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/theo-doi", f"/theo-doi?ke-hoach=1&don-vi={world.tan_lap}", "/ke-hoach", "/ke-hoach/1"):
        page.goto(page.url.split("/theo-doi")[0].split("/ke-hoach")[0] + path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        assert faults(page) == [], path
        assert too_wide(page) == 0, path
