"""The calendar address of a unit: a secret token goes in, iCalendar comes out, without log-in and cookies."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from tracker.services import feeds
from tracker.sheets.ics import calendar_bytes

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/lich/<token>.ics")
def unit(token: str) -> Response:
    """The unit's calendar; unchanged since the subscriber's last visit, only 304."""
    feed = feeds.feed_of(token, at=current_app.extensions["clock"]())
    if feed is None:
        return _nothing_here()
    # The address comes from the settings, never from the request: it is part of every event.
    body = calendar_bytes(feed, current_app.config["TRACKER"].base_url)
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="lich.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _nothing_here() -> Response:
    """Wrong and renewed addresses look the same."""
    words = "Không có lịch ở địa chỉ này. Xin lấy lại địa chỉ ở trang của đơn vị.\n"
    response = Response(words, status=404, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
