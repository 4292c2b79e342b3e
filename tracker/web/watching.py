"""A deed that takes long: a page that tells how far it has come, then leads on.

The page is sent piece by piece while a thread works, so that it needs no script; the newest line is the one
that shows. All words are made while the request is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol, TypeVar

from flask import Response, current_app, render_template
from markupsafe import Markup

from tracker.errors import TrackerError

CUT = "<!-- lines -->"
DONE, TOTAL = "%(done)s", "%(total)s"

Result = TypeVar("Result", covariant=True)


class Deed(Protocol[Result]):
    """A deed with everything but the one that listens."""

    def __call__(self, *, progress: Callable[[int, int], None]) -> Result: ...


@dataclass(frozen=True)
class Page:
    """`template` marks with `CUT` where the lines go; `step` holds the places of `DONE` and `TOTAL`. When it
    fails, the words of the refusal or else `fault` stand beside the way `back`."""

    template: str
    step: str
    fault: str
    back: str
    back_to: str


Event = tuple[int, int] | Markup


def watched(deed: Deed[Result], page: Page, ended: Callable[[Result], Markup]) -> Response:
    """Begin the deed and answer with the page that watches it; `ended` words its result."""
    before, after = render_template(page.template).split(CUT)
    events: SimpleQueue[Event] = SimpleQueue()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            try:
                events.put(ended(deed(progress=lambda done, total: events.put((done, total)))))
            except TrackerError as error:
                events.put(_failed(page, error.message))
            except Exception:
                app.logger.exception("A deed behind %s", page.template)
                events.put(_failed(page, page.fault))

    threading.Thread(target=work, daemon=True).start()
    answer = Response(_lines(before, after, events, page.step), mimetype="text/html")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy must pass each line on
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _lines(before: str, after: str, events: SimpleQueue[Event], step: str) -> Iterator[str]:
    yield before
    while True:
        event = events.get()
        if isinstance(event, Markup):
            yield event
            yield after
            return
        yield _step_line(event, step)


def _step_line(event: tuple[int, int], step: str) -> str:
    done, total = event
    words = step.replace(DONE, str(done)).replace(TOTAL, str(total))
    return Markup('<p class="rd"><progress max="{}" value="{}"></progress> {}</p>\n').format(
        total, done, words
    )


def _failed(page: Page, words: str) -> Markup:
    return Markup('<p class="rd say is-returned" role="alert">{} <a href="{}">{}</a></p>').format(
        words, page.back_to, page.back
    )
