"""Nạp, xuất danh sách: a file of units, groups or people is shown before it is taken; lists come out as files.

Nothing is kept between the two steps: the file goes along in the confirming form, is read again there, and is
taken only if it would do what was shown.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from importlib import resources
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.documents.rows import LIMIT
from tracker.errors import Invalid, Refused, TrackerError, UnreadableFile
from tracker.services import rosters as deeds
from tracker.services.rosters import Imported, Preview, Table
from tracker.sheets.rosters import MEDIA_TYPES, roster_bytes
from tracker.units.ready_made import filled
from tracker.units.roster import PEOPLE, UNITS
from tracker.units.roster_plan import SAME
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks

blueprint = Blueprint("rosters", __name__, url_prefix="/don-vi")

MENDABLE = (UnreadableFile, Invalid, Refused)
# What a form field may hold (Flask takes half a million characters of fields in one form).
CARRIED = 450_000
SHOWN = 300
FOLDER = resources.files("plan_templates") / "rosters"
SAMPLE = "son-thanh"

TITLES = {
    "units": lazy_gettext("Đơn vị"),
    "groups": lazy_gettext("Nhóm đơn vị"),
    "people": lazy_gettext("Người dùng"),
}
PLACES = {
    "quan-huyen-truoc-2025": lazy_gettext("Huyện, quận (trước 01/7/2025)"),
    "xa": lazy_gettext("Xã, phường"),
    "tinh": lazy_gettext("Tỉnh, thành phố"),
}


@blueprint.get("/nap")
@asks("unit.import")
def upload() -> ResponseReturnValue:
    return _upload_page()


@blueprint.post("/nap")
@asks("unit.import")
def preview() -> ResponseReturnValue:
    """What the file would change, or everything that is wrong with it; nothing is written."""
    try:
        data, name = _given()
        shown = deeds.preview(actor(), committee_id(), data, at=now())
        return _preview_page(shown, data, name)
    except MENDABLE as error:
        return _upload_page(error), error.status


@blueprint.post("/nap/ghi")
@asks("unit.import")
def take() -> ResponseReturnValue:
    """Take the file as it was shown; where the lists have changed since, it is shown again."""
    data, name = _carried(request.form.get("tep", "")), request.form.get("ten", "")
    try:
        kind, done = deeds.import_any(
            actor(), committee_id(), data, at=now(), mark=request.form.get("dau", "") or "none"
        )
    except MENDABLE as error:
        shown = deeds.preview(actor(), committee_id(), data, at=now())
        return _preview_page(shown, data, name, error)
    flash(_("Đã ghi danh sách: %(done)s.", done=counted(done)), "done")
    return redirect(url_for("people.index" if kind == PEOPLE else "units.index"), 303)


@blueprint.get("/xuat/<any(units,groups):kind>.<any(csv,xlsx):form>")
@asks("unit.export")
def export(kind: str, form: str) -> ResponseReturnValue:
    """The units or groups as they are kept, as a file that can be corrected and taken again."""
    table = (deeds.export_units if kind == UNITS else deeds.export_groups)(actor(), committee_id())
    return _file(table, form)


@blueprint.get("/xuat/people.<any(csv,xlsx):form>")
@asks("people.export")
def export_people(form: str) -> ResponseReturnValue:
    return _file(deeds.export_people(actor(), committee_id()), form)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said on the page of the form, which itself can no longer be read."""
    return _upload_page(Invalid(_("Tệp lớn hơn 5 MB. Xin chia thành nhiều tệp nhỏ hơn."))), 413


def counted(done: Imported) -> str:
    """`thêm 4, sửa 2, giữ nguyên 30`."""
    return str(_("thêm %(a)d, sửa %(c)d, giữ nguyên %(s)d", a=done.added, c=done.changed, s=done.same))


# What came in


def _given() -> tuple[bytes, str]:
    """The file that was chosen, or the ready-made list with the place filled in; and its name."""
    if "mau" in request.form:
        return _ready_made(request.form["mau"], request.form.get("dia-danh", ""))
    file = request.files.get("tep")
    if not file or not file.filename:
        raise Invalid(_("Chưa có tệp nào được chọn. Xin chọn tệp danh sách rồi gửi lại."))
    return file.read(LIMIT + 1), file.filename


def ready_made() -> dict[str, str]:
    """The lists that are there to begin with: file name → words."""
    names = sorted(
        one.name for one in FOLDER.iterdir() if one.name.endswith(".csv") and not one.name.startswith(SAMPLE)
    )
    return {name: _words(name) for name in names}


def _words(name: str) -> str:
    """Named by what it holds: the sort of place, and which list."""
    stem = name.removesuffix(".csv")
    for end, kind in (("-don-vi", TITLES["units"]), ("-nhom", TITLES["groups"])):
        if stem.endswith(end):
            place = stem.removesuffix(end)
            return f"{PLACES.get(place, place)}: {kind}"
    return stem


def _ready_made(name: str, place: str) -> tuple[bytes, str]:
    if name not in ready_made():
        raise Invalid(_("Không có danh sách mẫu này. Xin chọn lại."))
    return filled((FOLDER / name).read_text(encoding="utf-8-sig"), place).encode(), name


def _carry(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode()


def _carried(text: str) -> bytes:
    """The file out of the form. It is as foreign as an upload, and unpacked no further than one may be large."""
    opened = zlib.decompressobj()
    try:
        data = opened.decompress(base64.urlsafe_b64decode(text.encode()), LIMIT + 1)
    except (zlib.error, binascii.Error, ValueError):
        data = b""
    if not data:
        raise Invalid(_("Tệp không còn trong biểu mẫu. Xin chọn lại tệp ở trang Nạp danh sách."))
    return data


# What is shown


def _upload_page(error: TrackerError | None = None) -> str:
    return render_template(
        "rosters/upload.html",
        problem=error.message if error else "",
        ready_made=list(ready_made().items()),
        form=request.form if request.method == "POST" and error and error.status != 413 else {},
        titles=TITLES,
    )


def _preview_page(
    shown: Preview, data: bytes, name: str, error: TrackerError | None = None
) -> ResponseReturnValue:
    changing = [entry for entry in shown.entries if entry.result != SAME or entry.note]
    carried = _carry(data)
    fits = len(carried) <= CARRIED
    page = render_template(
        "rosters/preview.html",
        shown=shown,
        title=TITLES[shown.kind],
        name=name,
        problem=error.message.split("\n")[0] if error and not shown.errors else "",
        errors=shown.errors[:SHOWN],
        entries=changing[:SHOWN],
        more=max(len(changing), len(shown.errors)) - SHOWN,
        total=counted(shown.total),
        writes=shown.total.added + shown.total.changed,
        carried=carried if fits else "",
    )
    return page, error.status if error else 422 if shown.errors else 200


def _file(table: Table, form: str) -> ResponseReturnValue:
    data = roster_bytes(table.kind, table.rows, form)
    name = f"{table.name}-{today():%Y-%m-%d}.{form}"
    answer = send_file(BytesIO(data), mimetype=MEDIA_TYPES[form], as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
