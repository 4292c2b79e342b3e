"""Files that were uploaded: handed out by right, always as a download."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from tracker.services import show_files
from tracker.web.context import actor, now
from tracker.web.guard import asks

blueprint = Blueprint("files", __name__)


@blueprint.get("/tep/<int:file_id>")
@asks("plan.list")  # the widest: evidence and plan files alike; the service asks for the thing itself
def one(file_id: int) -> ResponseReturnValue:
    """A foreign file never opens inside our pages: it could carry script."""
    name, media_type, data = show_files.file(actor(), file_id, at=now())
    answer = send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
