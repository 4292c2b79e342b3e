"""A letter's files: what was put together becomes subject, plain text and HTML. The templates are compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications.letters.lines import Section, fill, one_line
from notifications.letters.week import Summary
from notifications.phrases import _


@dataclass(frozen=True)
class Wording:
    """A letter as it is frozen. `calendar` is iCalendar text to attach; `unsubscribe` is the address that turns off
    what is not late, where the letter tells of such."""

    subject: str
    text: str
    html: str
    calendar: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True)
class Page:
    """Everything that the files print. `button` is (words, address); `extends` says how to ask for more time."""

    headline: str
    person: str
    opening: str
    day: str
    preview: str
    sections: tuple[Section, ...]
    button: tuple[str, str]
    followers: tuple[str, ...]
    why: tuple[str, ...]
    settings_url: str
    summary: Summary | None = None
    rest: str = ""
    late: str = ""
    unsubscribe: str = ""
    extends: bool = False
    digest: bool = True


def numbered(sections: Iterable[Section], first: int = 1) -> tuple[Section, ...]:
    """The lines of a letter are numbered through: people say "việc số 5" on the telephone."""
    found = []
    for one in sections:
        found.append(one if one.first == first else replace(one, first=first))
        first += len(one.lines)
    return tuple(found)


def printed(page: Page, calendar: str = "") -> Wording:
    return Wording(
        subject=one_line(page.headline),
        text=TEXT.render(letter=page),
        html=HTML.render(letter=page),
        calendar=calendar,
        unsubscribe=page.unsubscribe,
    )


def _environment() -> Environment:
    # Not the environment of the pages: letters know no request, and their blank lines are part of the text.
    found = Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals["_"] = _  # the sentence with its values is escaped as a whole
    found.filters["fill"] = fill
    return found


TEMPLATES = _environment()
TEXT = TEMPLATES.get_template("letters/body.txt")
HTML = TEMPLATES.get_template("letters/body.html")
