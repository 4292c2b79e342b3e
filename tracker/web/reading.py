"""A file that takes long to read is watched page by page, then its review opens."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.web.watching import DONE, TOTAL, Deed, Page
from tracker.web.watching import watched as watch

# PDF and pictures may be scans; only reading tells.
SLOW = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def watched(deed: Deed[int]) -> Response:
    """Begin reading and answer with the page that watches it."""
    page = Page(
        template="plans/reading.html",
        step=_("Đang đọc trang %(done)s trên %(total)s", done=DONE, total=TOTAL),
        fault=_(
            "Máy chủ không đọc được tệp này và chưa lưu gì. Xin thử lại, hoặc lưu thành .docx rồi nộp lại."
        ),
        back=_("Chọn tệp khác"),
        back_to=url_for("plans.upload"),
    )
    ready, go, review = _("Đã đọc xong."), _("Xem bản đọc"), url_for("review.page", version_id=0)

    def ended(version_id: int) -> Markup:
        address = review.removesuffix("0") + str(version_id)
        return Markup(
            '<p class="rd">{} <a href="{}">{}</a></p><meta http-equiv="refresh" content="0; url={}">'
        ).format(ready, address, go, address)

    return watch(deed, page, ended)
