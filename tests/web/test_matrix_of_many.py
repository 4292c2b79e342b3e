"""Theo dõi with hundreds of units: a hundred to a page, the same figures below; ended units and inherited work."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import insert, select

from tests.browser.arriving import follow, log_in
from tests.services.test_succession import carried_out, merge
from tests.web.test_very_many_people import add_communes
from tracker.extensions import db
from tracker.services import figures, show_dashboard
from tracker.store.models import Assignment
from tracker.store.queries.work import Wanted
from tracker.web.dashboard import on_page

pytestmark = pytest.mark.usefixtures("sqlite_app")
MANY = 230


@pytest.fixture
def many(published, world, clock):
    """As many further communes with the work of Tân Lập; the first of them are done with it."""
    add_communes(world.committee, MANY, clock.now)
    columns = [column for column in Assignment.__table__.columns if column.name != "id"]
    pattern = select(*columns).where(Assignment.unit_id == world.tan_lap)
    rows = [
        dict(row._mapping) | {"unit_id": 10_000 + n, "holder_id": 10_000 + n} | (DONE if n < 20 else {})
        for row in db.session.execute(pattern)
        for n in range(MANY)
    ]
    db.session.execute(insert(Assignment), rows)
    db.session.commit()


DONE = {"state": "accepted", "done_on": date(2026, 5, 8)}


def units_of(html):
    return re.findall(r'<th scope="row"><a class="quiet" href="/don-vi/(\d+)"', html)


def test_a_hundred_units_stand_on_a_page_and_every_unit_on_one(many, signed_in):
    leader = signed_in("leader")
    pages = [leader.get(f"/theo-doi?trang={n}").get_data(as_text=True) for n in (1, 2, 3)]
    seen = [units_of(page) for page in pages]
    assert [len(one) for one in seen] == [100, 100, 33]
    assert len({unit for one in seen for unit in one}) == MANY + 3
    assert "233 đơn vị, trang 2/3" in pages[1]
    feet = {re.search(r"<tfoot>.*?</tfoot>", page, re.S)[0].replace("trang=", "") for page in pages}
    totals = {tuple(re.findall(r"(\d+/\d+)<small>", foot)) for foot in feet}
    assert len(totals) == 1, "the sum is over all units on every page"


def test_only_late_units_are_paged_by_themselves(many, signed_in):
    html = signed_in("leader").get("/theo-doi?loc=qua-han&trang=3").get_data(as_text=True)
    assert "213 đơn vị, trang 3/3" in html
    assert len(units_of(html)) == 13
    assert "loc=qua-han&amp;trang=2" in html


def test_a_cell_opens_on_its_page_and_stays_there(many, world, signed_in):
    html = signed_in("leader").get("/theo-doi?trang=2").get_data(as_text=True)
    unit = units_of(html)[0]
    address = f"/theo-doi?ke-hoach=1&amp;don-vi={unit}&amp;trang=2#chi-tiet"
    assert address in html
    opened = signed_in("leader").get(address.replace("&amp;", "&").split("#")[0]).get_data(as_text=True)
    assert unit in units_of(opened)
    assert 'id="chi-tiet"' in opened


@pytest.mark.parametrize("number", ["0", "-3", "77", "9" * 5000])
def test_a_page_that_is_not_there_is_the_nearest_one(many, signed_in, number):
    answer = signed_in("leader").get("/theo-doi", query_string={"trang": number})
    assert answer.status_code == 200
    assert units_of(answer.get_data(as_text=True))


def test_figures_that_are_counted_once_are_those_that_are_counted_each_time(many, world, clock):
    found = show_dashboard.matrix(world.actor("leader"), world.committee, at=clock.now)
    lines = figures.lines(Wanted(plans=[1]))
    for _kind, rows in found.sections:
        for row in rows:
            mine = [line for line in lines if line.holder_id == row.unit.id]
            assert row.total == row.cells[0].tally == figures.of_units(mine, found.today)


def test_pages_cut_kinds_where_they_must():
    rows = tuple(range(60))
    assert on_page([("office", rows), ("commune", rows)], 1) == [("office", rows), ("commune", rows[:40])]
    assert on_page([("office", rows), ("commune", rows)], 2) == [("commune", rows[40:])]


def test_small_committees_have_no_pages(published, signed_in):
    assert "trang=" not in signed_in("leader").get("/theo-doi").get_data(as_text=True)


def test_an_ended_unit_says_so_and_inherited_lines_say_from_whom(published, world, signed_in, clock):
    from tracker.store.models import UnitVersion

    done = db.session.get(Assignment, next(iter(published.values())))
    done.state, done.done_on = "accepted", date(2026, 5, 8)
    db.session.commit()
    carried_out(world, merge(world), clock.now)
    heir = db.session.scalar(select(UnitVersion.unit_id).where(UnitVersion.name == "UBND xã Tân Bình"))
    html = signed_in("leader").get(f"/theo-doi?ke-hoach=1&don-vi={heir}").get_data(as_text=True)
    head = html[html.index(f'href="/don-vi/{world.tan_lap}"') :].split("</th>")[0]
    assert "UBND xã Tân Lập" in head
    assert "đã kết thúc" in head
    assert "đã kết thúc" not in html[html.index(f'href="/don-vi/{heir}"') :].split("</th>")[0]
    panel = html[html.index('id="chi-tiet"') :].split("</section>")[0]
    for name in ("Tân Lập", "Bình Minh", "Phú Hòa"):
        assert f"kế thừa từ UBND xã {name}" in panel


def test_of_very_many_that_have_not_taken_note_the_longest_waiting_are_listed(many, signed_in):
    html = signed_in("leader").get("/theo-doi").get_data(as_text=True)
    part = html[html.index('id="chua-tiep-nhan"') :].split("</section>")[0]
    assert "213 đơn vị" in part
    assert "Xem 100 dòng lâu nhất, trong 213 dòng" in part
    assert part.count("<li") == 100


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_turned_with_nothing_in_the_way(sqlite_app, many, serve, browser, width):
    base = serve(sqlite_app)
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="vi-VN", reduced_motion="reduce"
    )
    page = context.new_page()
    log_in(page, base, "leader", "/theo-doi?trang=2")
    sheet, side = (page.locator(one).bounding_box() for one in (".mx-s", ".side"))
    assert side["x"] >= sheet["x"] + sheet["width"] or side["y"] >= sheet["y"] + sheet["height"]
    page.locator("nav[aria-label=Trang]").evaluate("nav => nav.scrollIntoView({block: 'center'})")
    follow(page.get_by_role("link", name="Trang sau"))
    assert page.url.endswith("trang=3")
    context.close()
