"""Being on a page in a real browser: links that are followed, a log-in, what axe has to say.

A click of Playwright returns when it has been made, not when the page that it leads to is there. Whoever looks right
afterwards sees the old page, or half of the new one. So whatever leads to another page goes through here, and comes
back when that page is whole; what a script changes in a page is awaited by `expect`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PASSWORD

__all__ = ["arriving", "expect", "faults", "follow", "log_in", "too_wide"]

# As long as Playwright waits before a click; five seconds are few on a busy machine.
expect.set_options(timeout=30_000)


@contextmanager
def arriving(page: Page) -> Iterator[None]:
    """What is done inside leads to another page; at the end that page is there with its styles and scripts."""
    with page.expect_navigation(wait_until="load"):
        yield


def follow(place: Locator, key: str | None = None) -> None:
    """Click a link or a button (or press a key on it) that leads to another page."""
    with arriving(place.page):
        place.press(key) if key else place.click()


def log_in(page: Page, base: str, who: str, then: str | None = None, *, password: str = PASSWORD) -> None:
    """Log in as "officer" or with a whole address, and be on the page `then`, or on that of the role."""
    page.goto(f"{base}/dang-nhap" + (f"?next={then}" if then else ""))
    page.fill("[name=email]", who if "@" in who else f"{who}@sonthanh.example")
    page.fill("[name=password]", password)
    follow(page.locator("main [type=submit]"))
    assert "/dang-nhap" not in page.url, "the log-in leads on"
    assert then is None or page.url == base + then


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the whole page: rule, what it asks, and the element that breaks it."""
    page.wait_for_load_state("load")
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another one is neither of them
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window, so that it could be pushed sideways."""
    assert page.viewport_size
    return max(0, page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"])
