"""Forms of requests about an assignment: another due day, the wrong unit, why, and waiting for somebody."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid
from tracker.services import explaining, extending, handing_back, waiting
from tracker.web import work
from tracker.web.asked import Asked, day_entered
from tracker.web.context import actor, now
from tracker.web.guard import asks
from tracker.web.picking import an_id

blueprint = Blueprint("asking", __name__, url_prefix="/viec/<int:assignment_id>")


def _done(assignment_id: int, form: str, deed: Callable[[], None], told: str) -> ResponseReturnValue:
    """Do it and say so; what cannot be taken stays in its form with the reason."""
    try:
        deed()
    except Invalid as refusal:
        asked = Asked(form, request.form.to_dict(), refusal.message)
        return work.page_of(assignment_id, asked=asked), refusal.status
    flash(told, "done")
    return work.back_to(assignment_id)


def _words(name: str = "reason") -> str:
    return request.form.get(name, "")


def _unit(name: str = "unit") -> int | None:
    return request.form.get(name, type=an_id)


# Another due day


@blueprint.post("/gia-han")
@asks("work.ask-extension")
def ask_extension(assignment_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "extension",
        lambda: extending.ask(actor(), assignment_id, day_entered("day"), _words(), at=now()),
        _("Đã gửi đề nghị gia hạn. Trong khi chờ quyết định, hạn hiện nay vẫn được tính."),
    )


@blueprint.post("/gia-han/<int:extension_id>/rut")
@asks("work.ask-extension")
def withdraw_extension(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "extension",
        lambda: extending.withdraw(actor(), extension_id, at=now()),
        _("Đã rút đề nghị gia hạn."),
    )


@blueprint.post("/gia-han/<int:extension_id>/dong-y")
@asks("work.decide-extension")
def agree(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "agree",
        lambda: extending.agree(actor(), extension_id, row_version=work.row_version(), at=now()),
        _("Đã đồng ý gia hạn. Hạn đầu vẫn được ghi lại."),
    )


@blueprint.post("/gia-han/<int:extension_id>/khong-dong-y")
@asks("work.decide-extension")
def refuse(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "refuse",
        lambda: extending.refuse(actor(), extension_id, _words(), row_version=work.row_version(), at=now()),
        _("Đã trả lời không đồng ý. Đơn vị thấy lý do trên trang việc của mình."),
    )


@blueprint.post("/gia-han/<int:extension_id>/ngay-khac")
@asks("work.decide-extension")
def offer(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "offer",
        lambda: extending.offer(
            actor(),
            extension_id,
            day_entered("day"),
            row_version=work.row_version(),
            answer=_words(),
            at=now(),
        ),
        _("Đã đề nghị ngày khác. Hạn chỉ đổi khi đơn vị nhận ngày đó."),
    )


@blueprint.post("/gia-han/<int:extension_id>/nhan")
@asks("work.ask-extension")
def take(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "take",
        lambda: extending.take(actor(), extension_id, row_version=work.row_version(), at=now()),
        _("Đã nhận hạn mới. Hạn đầu vẫn được ghi lại."),
    )


@blueprint.post("/gia-han/<int:extension_id>/khong-nhan")
@asks("work.ask-extension")
def decline(assignment_id: int, extension_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "take",
        lambda: extending.decline(actor(), extension_id, at=now()),
        _("Không nhận ngày được đề nghị; hạn hiện nay giữ nguyên."),
    )


# The wrong unit


@blueprint.post("/giao-nham")
@asks("work.hand-back")
def hand_back(assignment_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "hand-back",
        lambda: handing_back.ask(actor(), assignment_id, _words(), _unit(), at=now()),
        _("Đã đề nghị trả lại việc. Việc vẫn của đơn vị cho đến khi có quyết định."),
    )


@blueprint.post("/giao-nham/<int:hand_back_id>/rut")
@asks("work.hand-back")
def withdraw_hand_back(assignment_id: int, hand_back_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "hand-back",
        lambda: handing_back.withdraw(actor(), hand_back_id, at=now()),
        _("Đã rút đề nghị trả lại. Đơn vị tiếp tục chủ trì việc này."),
    )


@blueprint.post("/giao-nham/<int:hand_back_id>/giao-lai")
@asks("work.decide-hand-back")
def hand_on(assignment_id: int, hand_back_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "hand-on",
        lambda: handing_back.hand_on(
            actor(), hand_back_id, _unit(), row_version=work.row_version(), answer=_words(), at=now()
        ),
        _("Đã giao việc cho đơn vị khác. Hạn và nhật ký đi theo việc."),
    )


@blueprint.post("/giao-nham/<int:hand_back_id>/thoi-giao")
@asks("work.decide-hand-back")
def excuse_hand_back(assignment_id: int, hand_back_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "excuse-hand-back",
        lambda: handing_back.excuse(
            actor(), hand_back_id, _words(), row_version=work.row_version(), at=now()
        ),
        _("Đã thôi giao việc này."),
    )


@blueprint.post("/giao-nham/<int:hand_back_id>/khong-dong-y")
@asks("work.decide-hand-back")
def refuse_hand_back(assignment_id: int, hand_back_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "refuse-hand-back",
        lambda: handing_back.refuse(
            actor(), hand_back_id, _words(), row_version=work.row_version(), at=now()
        ),
        _("Đã trả lời không đồng ý. Đơn vị tiếp tục chủ trì việc này."),
    )


# Why


@blueprint.post("/giai-trinh")
@asks("work.ask-explanation")
def ask_explanation(assignment_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "explanation",
        lambda: explaining.ask(actor(), assignment_id, _words("question"), day_entered("day"), at=now()),
        _("Đã ghi nội dung cần giải trình. Đơn vị được báo bằng thư ngay trong giờ làm việc."),
    )


@blueprint.post("/giai-trinh/<int:explanation_id>/tra-loi")
@asks("work.explain")
def explain(assignment_id: int, explanation_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        f"explain-{explanation_id}",
        lambda: explaining.answer(actor(), explanation_id, _words("answer"), at=now()),
        _("Đã gửi giải trình."),
    )


@blueprint.post("/giai-trinh/<int:explanation_id>/rut")
@asks("work.ask-explanation")
def withdraw_explanation(assignment_id: int, explanation_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "explanation",
        lambda: explaining.withdraw(actor(), explanation_id, at=now()),
        _("Đã rút yêu cầu giải trình."),
    )


# Waiting for somebody


@blueprint.post("/cho-don-vi")
@asks("work.wait")
def wait(assignment_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "wait",
        lambda: waiting.wait(actor(), assignment_id, _unit(), _words(), day_entered("until"), at=now()),
        _("Đã ghi việc đang chờ. Đơn vị được chờ thấy việc này ở danh sách của mình."),
    )


@blueprint.post("/cho-don-vi/<int:wait_id>/xong")
@asks("work.resume")
def end_wait(assignment_id: int, wait_id: int) -> ResponseReturnValue:
    return _done(
        assignment_id,
        "end-wait",
        lambda: waiting.end(actor(), wait_id, _words("answer"), at=now()),
        _("Đã kết thúc chờ. Việc được tiếp tục theo hạn."),
    )
