"""Kênh thông báo: where a committee's day is told to as signed JSON. The secret is shown when it is made."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid
from tracker.services import webhooks
from tracker.web.context import actor, committee_id, now, settings
from tracker.web.guard import asks

blueprint = Blueprint("channels", __name__, url_prefix="/kenh-thong-bao")


@blueprint.get("")
@asks("channel.see")
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@asks("channel.change")
def save() -> ResponseReturnValue:
    """A new webhook shows its secret; another address goes on with the one that there is."""
    given, ours = request.form.get("url", ""), settings()
    try:
        secret = webhooks.set_address(
            actor(), committee_id(), given, hosts=ours.webhook_hosts, secret=ours.secret_key, at=now()
        )
    except Invalid as refusal:
        return _page(url=given, error=refusal.message), 422
    if secret:
        return _page(secret=secret)
    flash(_("Đã lưu địa chỉ nhận tin."), "done")
    return redirect(url_for("channels.index"), 303)


@blueprint.post("/khoa")
@asks("channel.change")
def renew() -> ResponseReturnValue:
    secret = webhooks.renew_secret(actor(), committee_id(), secret=settings().secret_key, at=now())
    return _page(secret=secret)


@blueprint.post("/thu")
@asks("channel.change")
def send_test() -> ResponseReturnValue:
    webhooks.send_test(actor(), committee_id(), at=now())
    flash(_("Tin thử đi trong lần quét tới; kết quả hiện ở cuối trang này."), "done")
    return redirect(url_for("channels.index"), 303)


@blueprint.post("/bo")
@asks("channel.change")
def remove() -> ResponseReturnValue:
    webhooks.remove(actor(), committee_id(), at=now())
    flash(_("Đã bỏ kênh thông báo. Không có tin nào được gửi nữa."), "done")
    return redirect(url_for("channels.index"), 303)


def _page(*, url: str | None = None, error: str = "", secret: str = "") -> Response:
    shown = webhooks.see(actor(), committee_id())
    page = make_response(
        render_template(
            "channels/index.html",
            shown=shown,
            url=shown.url if url is None else url,
            error=error,
            secret=secret,
            hosts=settings().webhook_hosts,
        )
    )
    if secret:
        page.headers["Cache-Control"] = "no-store"
    return page
