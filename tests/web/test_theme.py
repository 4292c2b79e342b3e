"""Dark pages without script: the system's choice, in the same colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import tracker.web

TOKENS = Path(tracker.web.__file__).parent / "static" / "css" / "tokens.css"
DARK_PAPER, DARK_FIELD = "rgb(20, 22, 26)", "rgb(32, 36, 42)"


def values(selector: str) -> dict[str, str]:
    css = TOKENS.read_text(encoding="utf-8")
    block = css.split(f"{selector} {{\n", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"([\w-]+):([^;]+);", block))


def test_both_ways_to_be_dark_have_the_same_values():
    named = values("[data-bs-theme=dark]")
    assert named["--dd-paper"]
    assert values(":root:not(.script)") == named


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_without_script_pages_are_as_the_system_has_it(sqlite_app, world, serve, browser, scheme):
    context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{serve(sqlite_app)}/dang-nhap")
    for place, colour in (("body", DARK_PAPER), ("[name=email]", DARK_FIELD)):
        shown = expect(page.locator(place))
        compare = shown.to_have_css if scheme == "dark" else shown.not_to_have_css
        compare("background-color", colour)
    context.close()
