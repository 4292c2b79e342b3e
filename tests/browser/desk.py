"""Somebody at a browser: nothing goes to another host, the console stays quiet, axe looks at every page on the way."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Locator

from tests.browser.arriving import faults, follow, log_in

WIDE = {"viewport": {"width": 1440, "height": 900}}


class Desk:
    """One person at one browser."""

    def __init__(self, browser: Browser, base: str, **shape: Any) -> None:
        self.context = browser.new_context(locale="vi-VN", **(shape or WIDE))
        self.page = self.context.new_page()
        self.base = base
        self.errors: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("request", self._stays_here)

    def _stays_here(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.errors.append(f"another host: {request.url}")

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.check()

    def check(self) -> None:
        """No violation that axe knows of, on the page as it stands."""
        found = faults(self.page)
        assert not found, "\n".join([self.page.url, *found])

    def log_in(self, who: str) -> None:
        log_in(self.page, self.base, who)
        self.check()

    def follow(self, place: Locator) -> None:
        """Click what leads to another page, and look at that one."""
        follow(place)
        self.check()

    def press(self, name: str) -> None:
        """The button of that name, which sends its form."""
        self.follow(self.page.get_by_role("button", name=name, exact=True))

    def words(self) -> str:
        """What the page says, whatever its lines."""
        return " ".join(self.page.locator("main").inner_text().split())
