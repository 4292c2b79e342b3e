"""What was entered in a form about an assignment and was refused: shown again beside the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import request

from tracker.web.task_form import read_day


@dataclass(frozen=True)
class Asked:
    """`form` names the form that was refused; without one, every form is as it was first shown."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    def value(self, form: str, name: str) -> str:
        """What was entered in this form."""
        return self.values.get(name, "") if form == self.form else ""

    def wrong(self, form: str) -> str:
        """Why this form was refused."""
        return self.error if form == self.form else ""


def day_entered(name: str) -> date | None:
    """The day in a field; empty is none."""
    return read_day(request.form.get(name, ""))
