"""The front door: leads everybody to the page that they use most."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.web.context import can
from tracker.web.guard import asks

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@asks("self.change")  # everybody who is logged in; each page behind it asks for its own deed
def index() -> ResponseReturnValue:
    """Those who oversee go to the matrix, units to their work, all others to their account."""
    if can("dashboard.see"):
        return redirect(url_for("dashboard.matrix"))
    if can("work.list"):
        return redirect(url_for("work.mine"))
    return redirect(url_for("units.index" if can("unit.see") else "account.page"))
