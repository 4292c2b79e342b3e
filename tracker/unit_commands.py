"""`tracker units match` and `tracker units expand`: whom a name in a plan means on a day.

Hung on the group `tracker units` by `tracker/commands.py`, which opens the application and says which committee.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import click
from flask import Flask

from tracker.access import OPERATOR
from tracker.clock import vietnam_day
from tracker.services import matching
from tracker.services.matching import Meant
from tracker.store.queries.rows import Choice
from tracker.units.meaning import Meaning

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
Open = Callable[[], AbstractContextManager[Flask]]


def hang(group: click.Group, application: Open, committee_of: Callable[[str], int]) -> None:
    """Add both commands to the group."""

    def ask(text: str, on: datetime | None, within: str, committee: str) -> Meant:
        with application() as app:
            day = on.date() if on else vietnam_day(app.extensions["clock"]())
            return matching.match(OPERATOR, committee_of(committee), text, day, within=within)

    @group.command("match")
    @_options
    def match_command(text: str, on: datetime | None, within: str, committee: str, as_json: bool) -> None:
        """Say which unit or group TEXT means, or the nearest with their scores."""
        meant = ask(text, on, within, committee)
        click.echo(_dump(_matched(meant)) if as_json else _match_words(meant))
        _end(meant.found)

    @group.command("expand")
    @_options
    def expand_command(text: str, on: datetime | None, within: str, committee: str, as_json: bool) -> None:
        """List the units that TEXT stands for."""
        meant = ask(text, on, within, committee)
        if as_json:
            click.echo(
                _dump(_matched(meant) | {"units": [_unit(meant, row.id, row.name) for row in meant.units]})
            )
        else:
            click.echo("\n".join(f"{row.code}\t{row.name}" for row in meant.units) or _match_words(meant))
        _end(bool(meant.units))


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
        click.option("--committee", default="", help="Name of the committee; the first one by default."),
        click.option(
            "--within", default="", help="Only units below this one (code or name) or in this place."
        ),
        click.option("--on", type=DAY, help="As of this day; today by default."),
        click.argument("text"),
    ):
        command = option(command)
    return command


def _matched(meant: Meant) -> dict[str, object]:
    return {
        "text": meant.text,
        "on": meant.day.isoformat(),
        "sure": meant.sure is not None,
        "match": _choice(meant, meant.sure) if meant.sure else None,
        "choices": [_choice(meant, choice) for choice in meant.choices],
    }


def _choice(meant: Meant, choice: Choice) -> dict[str, object]:
    meaning = Meaning.parse(choice.value)
    return {
        "kind": meaning.kind,
        "code": meant.codes.get(meaning.id, "") if meaning.kind == "unit" else "",
        "name": choice.name,
        "value": choice.value,
        "units": choice.units,
        "score": choice.score,
    }


def _unit(meant: Meant, unit_id: int, name: str) -> dict[str, object]:
    return {"code": meant.codes.get(unit_id, ""), "name": name, "value": f"unit:{unit_id}"}


def _match_words(meant: Meant) -> str:
    if meant.sure:
        return _line(meant, meant.sure)
    if not meant.choices:
        return "Không có đơn vị hay nhóm nào khớp."
    return "\n".join(["Chưa chắc. Gần nhất:", *(f"  {_line(meant, choice)}" for choice in meant.choices)])


def _line(meant: Meant, choice: Choice) -> str:
    code = meant.codes.get(Meaning.parse(choice.value).id, "") if choice.value.startswith("unit:") else "nhóm"
    several = f" ({choice.units} đơn vị)" if choice.units != 1 else ""
    return f"{choice.score:5.1f}  {code:8}  {choice.name}{several}"


def _end(found: bool) -> None:
    if not found:
        raise SystemExit(1)


def _dump(answer: dict[str, object]) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)
