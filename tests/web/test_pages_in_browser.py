"""The pages in a real browser: by keyboard, on a phone, without script, and read by axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.arriving import arriving, expect, faults, follow, log_in, too_wide

SMALL = """() => [...document.querySelectorAll(
    'button, .btn, input:not([type=hidden]), select, textarea, .tabs a, summary')]
  .filter(e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && r.height < 44 })
  .filter(e => !e.closest('.check') && !e.matches('.drop-i')).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture
def visit(sqlite_app, published, serve) -> Callable[..., Any]:
    """`visit(page, who, address)` logs in and opens the page on a served installation."""
    base = serve(sqlite_app)

    def go(page: Any, who: str, address: str) -> Any:
        log_in(page, base, who, address)
        return page

    return go


def pages(work_id: Callable[[str], int], unit: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    one = f"/viec/{work_id('Rà soát')}"
    return (
        ("officer", ("/viec", one, f"/don-vi/{unit}", "/tai-khoan", "/khong-co")),
        ("coordinator", (one, "/don-vi", "/thu")),
        (
            "manager",
            (
                "/nguoi-dung",
                "/don-vi",
                "/don-vi/them",
                f"/don-vi/{unit}",
                f"/don-vi/{unit}/sua",
            ),
        ),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, visit, work_id, world, scheme):
    found = []
    for who, addresses in pages(work_id, world.tan_lap):
        context = browser.new_context(color_scheme=scheme, locale="vi-VN")
        page = visit(context.new_page(), who, addresses[0])
        base = page.url.removesuffix(addresses[0])
        for address in addresses:
            page.goto(base + address)
            found += [(address, fault) for fault in faults(page)]
        context.close()
    assert found == []


def test_a_phone_shows_all_without_sideways_scrolling_and_with_room_for_a_finger(
    browser, visit, work_id, world
):
    found = []
    for who, addresses in pages(work_id, world.tan_lap):
        context = browser.new_context(viewport={"width": 320, "height": 800}, locale="vi-VN")
        page = visit(context.new_page(), who, addresses[0])
        base = page.url.removesuffix(addresses[0])
        for address in addresses:
            page.goto(base + address)
            over = too_wide(page)
            found += [(address, over)] * (over > 0) + [(address, small) for small in page.evaluate(SMALL)]
        context.close()
    assert found == []


def test_work_is_ticked_by_keyboard_alone(browser_page, visit):
    page = visit(browser_page, "officer", "/viec")
    page.locator("[data-tick]").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("15/BC-UBND")
    expect(page.locator(".chip.doubt").first).to_be_visible()
    page.keyboard.type(" ngày 12/5/2026")
    expect(page.locator(".ev .chip:nth-child(3):not(.doubt)")).to_be_visible()
    hint = page.locator(".ev .chip.doubt")
    expect(hint, "the plan asks for one: a hint, no refusal").to_contain_text("Quyết định")
    with arriving(page):
        page.keyboard.press("Enter")
    assert "Đã gửi minh chứng" in page.inner_text(".flash")
    assert "15/BC-UBND ngày 12/5/2026" in page.inner_text("main")


def test_escape_closes_the_form_and_comes_back_to_the_ring(browser_page, visit):
    page = visit(browser_page, "officer", "/viec")
    ring = page.locator("[data-tick]").first
    ring.click()
    expect(ring).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(ring).to_have_attribute("aria-expanded", "false")
    expect(ring).to_be_focused()


def test_without_script_the_ring_leads_to_the_form(browser, visit, work_id):
    context = browser.new_context(java_script_enabled=False)
    page = visit(context.new_page(), "officer", "/viec")
    follow(page.locator("[data-tick]").first)
    assert page.url.endswith(f"/viec/{work_id('Rà soát')}#gui")
    page.fill("[name=text]", "15/BC-UBND ngày 12/5/2026")
    follow(page.locator(".send"))
    assert "Đã gửi minh chứng" in page.inner_text(".flash")
    assert "chờ duyệt" in page.inner_text(".hero")
    context.close()


def test_the_theme_is_remembered_and_follows_the_system_until_chosen(browser, visit):
    context = browser.new_context(color_scheme="dark")
    page = visit(context.new_page(), "officer", "/viec")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.click("[data-theme]")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "light")
    context.close()


def test_no_page_breaks_its_own_content_policy(browser_page, visit, work_id):
    said = []
    browser_page.on("console", lambda message: said.append(message.text))
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    page = visit(browser_page, "officer", "/viec")
    page.goto(page.url + f"/{work_id('Rà soát')}")
    assert [one for one in said if "Security" in one or "Error" in one] == []


def test_the_list_of_units_is_filtered_without_marks(browser_page, visit):
    page = visit(browser_page, "manager", "/don-vi")
    page.fill("[data-filter]", "tan lap")
    expect(page.locator("[data-filter-row]:visible")).to_have_count(1)


def test_the_list_of_people_is_filtered_while_typing_and_its_page_throws_nothing(browser_page, visit):
    thrown: list[str] = []
    browser_page.on("pageerror", lambda error: thrown.append(str(error)))
    page = visit(browser_page, "manager", "/nguoi-dung")
    everybody = page.locator("[data-filter-row]:visible").count()
    page.fill("[data-filter]", "tan lap")
    expect(page.locator("[data-filter-row]:visible")).not_to_have_count(everybody)
    assert page.locator("[data-filter-row]:visible").count() > 0
    assert thrown == []
