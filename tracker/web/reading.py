"""A file that takes long to read: a page that tells how far the reading has come, then leads on.

The page is sent piece by piece while a thread reads, so that it needs no script; the newest line is the one
that shows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Protocol

from flask import Response, current_app, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.errors import TrackerError

# PDF and pictures may be scans; only reading tells.
SLOW = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
CUT = "<!-- lines -->"


class Deed(Protocol):
    """The import with everything but the one that listens."""

    def __call__(self, *, progress: Callable[[int, int], None]) -> int: ...


Event = tuple[int, int] | int | str


def watched(deed: Deed) -> Response:
    """Begin the deed and answer with the page that watches it."""
    before, after = render_template("plans/reading.html").split(CUT)
    events: SimpleQueue[Event] = SimpleQueue()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            try:
                events.put(deed(progress=lambda done, total: events.put((done, total))))
            except TrackerError as error:
                events.put(error.message)
            except Exception:
                app.logger.exception("Reading an uploaded file")
                events.put("")

    threading.Thread(target=work, daemon=True).start()
    texts = _Texts(
        page=_("Đang đọc trang %(done)s trên %(total)s", done="%(done)s", total="%(total)s"),
        ready=_("Đã đọc xong."),
        go=_("Xem bản đọc"),
        fault=_(
            "Máy chủ không đọc được tệp này và chưa lưu gì. Xin thử lại, hoặc lưu thành .docx rồi nộp lại."
        ),
        back=_("Chọn tệp khác"),
        back_to=url_for("plans.upload"),
        review=url_for("review.page", version_id=0),
    )
    answer = Response(_lines(before, after, events, texts), mimetype="text/html")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy must pass each line on
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class _Texts(dict[str, str]):
    """Words and addresses, made while the request is there."""


def _lines(before: str, after: str, events: SimpleQueue[Event], texts: _Texts) -> Iterator[str]:
    yield before
    while True:
        event = events.get()
        if isinstance(event, tuple):
            yield _page_line(event, texts)
            continue
        yield _last_line(event, texts)
        yield after
        return


def _page_line(event: tuple[int, int], texts: _Texts) -> str:
    done, total = event
    words = texts["page"].replace("%(done)s", str(done)).replace("%(total)s", str(total))
    return Markup('<p class="rd"><progress max="{}" value="{}"></progress> {}</p>\n').format(
        total, done, words
    )


def _last_line(event: int | str, texts: _Texts) -> str:
    if isinstance(event, int):
        address = texts["review"].removesuffix("0") + str(event)
        return Markup(
            '<p class="rd">{} <a href="{}">{}</a></p><meta http-equiv="refresh" content="0; url={}">'
        ).format(texts["ready"], address, texts["go"], address)
    return Markup('<p class="rd say is-returned" role="alert">{} <a href="{}">{}</a></p>').format(
        event or texts["fault"], texts["back_to"], texts["back"]
    )
