"""The guard at the door: every page is closed until it is open by name or says which deed it is for.

One `before_request` closes, one `after_request` adds the headers that keep pages to this machine, and every
refusal becomes a page in words with a way out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import UserMixin, login_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from tracker import access
from tracker.errors import TrackerError
from tracker.extensions import login_manager
from tracker.services import accounts
from tracker.web import context

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

# What a letter links to: the signed token in the address is the right.
BY_TOKEN = frozenset(
    f"mail_links.{name}"
    for name in ("work", "tick", "read_line", "opened", "reminders_page", "turn_off", "turn_on", "propose")
)
OPEN = BY_TOKEN | {
    "auth.login",
    "auth.logout",
    "auth.set_password",
    "static",
    "bootstrap.static",
    "feeds.unit",
    "health",
}

# No other host, no inline script or style. Bootstrap draws its arrows and ticks from data: pictures.
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Visitor(UserMixin):  # type: ignore[misc]
    """Who is logged in, for Flask-Login. The id carries the epoch: a new password ends the sessions."""

    def __init__(self, actor: access.Actor, epoch: int) -> None:
        self.actor = actor
        self.epoch = epoch

    def get_id(self) -> str:
        return f"{self.actor.id}:{self.epoch}"


@login_manager.user_loader  # type: ignore[untyped-decorator]
def visitor_of(key: str) -> Visitor | None:
    """The visitor of a session that is neither too old nor idle for too long."""
    person_id, _colon, epoch = key.partition(":")
    if not (person_id.isdecimal() and epoch.isdecimal()) or _session_over():
        return None
    actor = accounts.actor_of(int(person_id), at=context.now(), epoch=int(epoch))
    return Visitor(actor, int(epoch)) if actor else None


def let_in(actor: access.Actor) -> None:
    """Begin a session. What the browser carried before is dropped, so that nobody can plant a session."""
    assert actor.id is not None
    epoch = accounts.epoch_of(actor.id)
    assert epoch is not None
    session.clear()
    session.permanent = True
    session["since"] = session["seen"] = int(context.now().timestamp())
    login_user(Visitor(actor, epoch))


def _session_over() -> bool:
    settings, moment = context.settings(), int(context.now().timestamp())
    age, idle = moment - session.get("since", 0), moment - session.get("seen", 0)
    return bool(age > settings.session_hours * 3600 or idle > settings.session_idle_minutes * 60)


def asks(deed: str) -> Callable[[View], View]:
    """Says which deed a view is for; the guard and a test read it from the function."""
    if deed not in access.RIGHTS:
        raise KeyError(deed)

    def mark(view: View) -> View:
        view.deed = deed  # type: ignore[attr-defined]
        return view

    return mark


def init(app: Flask, opened: Iterable[str] = OPEN) -> None:
    """Close every endpoint that is neither in `opened` nor has a deed; add headers and error pages."""
    app.extensions["opened"] = frozenset(opened)
    app.before_request(close)
    app.after_request(add_headers)
    app.register_error_handler(TrackerError, refuse)
    app.register_error_handler(CSRFError, ask_again)
    app.register_error_handler(HTTPException, explain)
    app.register_error_handler(Exception, apologise)


def close() -> ResponseReturnValue | None:
    """Before each request: who is not logged in goes to the log-in, who may not is told so."""
    if request.endpoint is None or request.endpoint in current_app.extensions["opened"]:
        return None  # an unknown address becomes a 404 by itself
    person = context.visitor()
    if person is None:
        return _to_login()
    deed = getattr(current_app.view_functions[request.endpoint], "deed", None)
    if deed is None or not access.may_somewhere(person, deed):
        return error_page(403, _("Tài khoản của đồng chí không có quyền mở trang này."))
    _seen()
    return None


def _seen() -> None:
    """Note that the visitor is there; once a minute is enough, so that not every answer sets a cookie. The day is
    kept beside the person, too: once, so that a page costs no more for it."""
    moment, today = int(context.now().timestamp()), context.today().isoformat()
    if abs(moment - session.get("seen", 0)) >= 60:
        session["seen"] = moment
    if session.get("day") != today and accounts.note_seen(context.actor(), at=context.now()):
        session["day"] = today


def _to_login() -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=_("Phiên làm việc đã hết. Xin đăng nhập lại.")), 401
    back = request.full_path.rstrip("?") if request.method == "GET" else _local(request.referrer)
    return redirect(url_for("auth.login", next=back or None))


def add_headers(response: Response) -> Response:
    """After each request: the security headers; pages of a person are not kept by the browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if context.settings().secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


# Refusals in words.

TITLES = {
    400: lazy_gettext("Chưa nhận được yêu cầu"),
    403: lazy_gettext("Không có quyền"),
    404: lazy_gettext("Không tìm thấy trang"),
    405: lazy_gettext("Trang không nhận thao tác này"),
    409: lazy_gettext("Chưa làm được việc này"),
    413: lazy_gettext("Tệp quá lớn"),
    422: lazy_gettext("Nội dung chưa dùng được"),
    429: lazy_gettext("Xin chờ một lát"),
    500: lazy_gettext("Máy chủ gặp sự cố"),
}

WORDS = {
    400: lazy_gettext("Nội dung gửi lên không đầy đủ. Xin quay lại trang trước, tải lại trang rồi gửi lại."),
    403: lazy_gettext(
        "Tài khoản của đồng chí không có quyền làm việc này. Cần thêm quyền, xin liên hệ người quản lý."
    ),
    404: lazy_gettext("Địa chỉ này không có, hoặc đã chuyển đi nơi khác. Xin kiểm tra lại đường dẫn."),
    405: lazy_gettext("Địa chỉ này chỉ dùng cho nút bấm trên trang. Xin mở lại từ trang chính."),
    429: lazy_gettext("Có quá nhiều yêu cầu trong thời gian ngắn. Xin thử lại sau ít phút."),
    500: lazy_gettext(
        "Máy chủ không xử lý được yêu cầu. Nội dung đã lưu trước đó vẫn còn. "
        "Xin thử lại; nếu vẫn không được, xin báo người quản trị thời điểm xảy ra."
    ),
}


def refuse(error: TrackerError) -> ResponseReturnValue:
    """A refusal of the services: said on the page that the form was on, else on a page of its own."""
    if _wants_json():
        return jsonify(error=error.message, code=error.code), error.status
    back = _local(request.referrer)
    if request.method == "POST" and back and error.status not in (403, 404):
        flash(error.message, "error")
        return redirect(back, 303)
    return error_page(error.status, error.message)


def ask_again(error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long, or came from elsewhere."""
    if _wants_json():
        return jsonify(error=_("Trang đã mở quá lâu. Xin tải lại trang.")), 400
    return error_page(
        400,
        _(
            "Trang đã mở quá lâu hoặc phiên làm việc đã đổi, nên nội dung chưa được lưu. "
            "Xin mở lại trang rồi gửi lại."
        ),
        title=_("Xin gửi lại"),
        back=_local(request.referrer),
    )


def explain(error: HTTPException) -> ResponseReturnValue:
    """What Flask itself refuses: an unknown address, too large a file."""
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if _wants_json():
        return jsonify(error=_words(code)), code
    return error_page(code, _words(code))


def apologise(error: Exception) -> ResponseReturnValue:
    """A fault of ours: written to the log whole, told without details."""
    current_app.logger.exception("Unhandled error at %s", request.path)
    if current_app.testing:
        raise error
    return error_page(500, _words(500))


def error_page(status: int, message: str, *, title: str = "", back: str = "") -> tuple[str, int]:
    """A page that says what is the matter and offers a way out."""
    page = render_template(
        "errors/error.html",
        status=status,
        title=title or TITLES.get(status, TITLES[400]),
        message=message,
        back=back,
    )
    return page, status


def _words(code: int) -> str:
    if code == 413:
        limit = (current_app.config.get("MAX_CONTENT_LENGTH") or 0) // (1024 * 1024)
        return str(_("Tệp gửi lên vượt quá %(n)d MB. Xin chia nhỏ tệp, hoặc gửi trang cần thiết.", n=limit))
    return str(WORDS.get(code, WORDS[400] if code < 500 else WORDS[500]))


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def local_address(address: str | None) -> str:
    """The address if it stays in this installation (a path), else nothing: where a log-in may lead on to."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return ""
    if any(ord(char) < 32 for char in address) or "\\" in address:
        return ""
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else ""


def _local(referrer: str | None) -> str:
    """The path that the form was sent from, if it is a page of ours."""
    if not referrer:
        return ""
    parts = urlsplit(referrer)
    if parts.netloc != request.host:
        return ""
    return local_address(parts.path + (f"?{parts.query}" if parts.query else ""))
