"""The guard at the door: every page is closed until it is open by name or says which deed it is for.

One `before_request` closes, one `after_request` adds the headers that keep pages to this machine, and every
refusal becomes a page in words with a way out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from tracker import access
from tracker.errors import TrackerError
from tracker.web import context

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

OPEN = frozenset(
    {"auth.login", "auth.logout", "auth.set_password", "static", "bootstrap.static", "feeds.unit", "health"}
)

# No other host, no inline script or style. Bootstrap draws its arrows and ticks from data: pictures.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


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
    return None


def _to_login() -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=_("Phiên làm việc đã hết. Xin đăng nhập lại.")), 401
    back = request.full_path.rstrip("?") if request.method == "GET" else _local(request.referrer)
    return redirect(url_for("auth.login", next=back or None))


def add_headers(response: Response) -> Response:
    """After each request: the security headers; pages of a person are not kept by the browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    settings = current_app.extensions.get("settings")
    if settings is not None and settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


# --- refusals in words ----------------------------------------------------------------------------------------

TITLES = {
    400: "Chưa nhận được yêu cầu",
    403: "Không có quyền",
    404: "Không tìm thấy trang",
    405: "Trang không nhận thao tác này",
    409: "Chưa làm được việc này",
    413: "Tệp quá lớn",
    422: "Nội dung chưa dùng được",
    429: "Xin chờ một lát",
    500: "Máy chủ gặp sự cố",
}

WORDS = {
    400: "Nội dung gửi lên không đầy đủ. Xin quay lại trang trước, tải lại trang rồi gửi lại.",
    403: "Tài khoản của đồng chí không có quyền làm việc này. Cần thêm quyền, xin liên hệ người quản lý.",
    404: "Địa chỉ này không có, hoặc đã chuyển đi nơi khác. Xin kiểm tra lại đường dẫn.",
    405: "Địa chỉ này chỉ dùng cho nút bấm trên trang. Xin mở lại từ trang chính.",
    429: "Có quá nhiều yêu cầu trong thời gian ngắn. Xin thử lại sau ít phút.",
    500: "Máy chủ không xử lý được yêu cầu. Nội dung đã lưu trước đó vẫn còn. "
    "Xin thử lại; nếu vẫn không được, xin báo người quản trị thời điểm xảy ra.",
}


def refuse(error: TrackerError) -> ResponseReturnValue:
    """A refusal of the services: said where the person was when they sent a form, else on a page of its own."""
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
        return error.get_response()  # type: ignore[return-value]
    if _wants_json():
        return jsonify(error=_words(code)), code
    return error_page(code, _words(code))


def apologise(error: Exception) -> ResponseReturnValue:
    """A fault of ours: written to the log whole, told without details."""
    current_app.logger.exception("Unhandled error at %s", request.path)
    if current_app.testing:
        raise error
    return error_page(500, _words(500))


def error_page(
    status: int, message: str, *, title: str = "", back: str = ""
) -> tuple[str, int]:
    """A page that says what is the matter and offers a way out."""
    page = render_template(
        "errors/error.html", status=status, title=title or _(TITLES.get(status, TITLES[400])), message=message, back=back
    )
    return page, status


def _words(code: int) -> str:
    if code == 413:
        limit = (current_app.config.get("MAX_CONTENT_LENGTH") or 0) // (1024 * 1024)
        return _("Tệp gửi lên vượt quá %(n)d MB. Xin chia nhỏ tệp, hoặc chỉ gửi trang cần thiết.", n=limit)
    return _(WORDS.get(code, WORDS[400] if code < 500 else WORDS[500]))


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
