"""A committee's day as JSON for its webhook: which steps are owed, by unit. It names work and units, never a person.

Programs read it: names of fields are English and stay; whoever reads skips fields that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from notifications.letters.lines import one_line
from tracker.services.webhooks import FORM
from tracker.store.queries.letter_rows import LetterRow


def body(
    committee_id: int,
    committee_name: str,
    day: date,
    steps: Iterable[tuple[int, str, date]],
    works: Mapping[int, LetterRow],
    base_url: str,
) -> str:
    """The text that is sent; empty where nothing is owed. The same steps, told to whomever, are one; the same day gives
    the same text."""
    owed: dict[int, list[dict[str, Any]]] = {}
    for work_id, step, due_on in sorted(set(steps), key=lambda one: (one[2], one[0], one[1])):
        row = works.get(work_id)
        if row is not None:
            owed.setdefault(row.holder_id, []).append(_step(row, step, due_on, base_url))
    if not owed:
        return ""
    units = {row.holder_id: row for row in works.values()}
    whole = {
        "form": FORM,
        "committee": {"id": committee_id, "name": one_line(committee_name)},
        "day": day.isoformat(),
        "units": [
            {
                "id": unit_id,
                "code": units[unit_id].holder_code,
                "name": one_line(units[unit_id].holder_name),
                "owed": found,
            }
            for unit_id, found in sorted(owed.items())
        ],
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _step(row: LetterRow, step: str, due_on: date, base_url: str) -> dict[str, Any]:
    return {
        "assignment": row.id,
        "task": one_line(row.title),
        "plan": one_line(row.plan_name),
        "period": row.period,
        "state": row.state,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "step": step,
        "told_for": due_on.isoformat(),
        "url": f"{base_url}/viec/{row.id}",
    }
