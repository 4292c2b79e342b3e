"""The arrows of the house: which room may import which. Read with the standard library, without importing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOOR = {"vietnamese", "clock", "errors", "letters", "settings", "signatures"}
CORES = {"parsing", "documents", "drafts", "progress", "life", "deadlines", "units", "access"}
MEMORY = {"store", "extensions"}
DEEDS = {"services"}
SHEETS = {"sheets"}
DOORS = {"web", "api", "feeds", "reports", "notifications"}
WIRING = {"due_command", "unit_commands", "app", "cli", "commands", "demo"}

LEVELS = (FLOOR, CORES, MEMORY, DEEDS, SHEETS, DOORS, WIRING)

# Rooms on one line do not import one another, but for these.
BESIDE = {
    ("parsing", "documents"),
    ("parsing", "drafts"),
    ("drafts", "deadlines"),
    ("progress", "deadlines"),
    ("life", "deadlines"),
    ("store", "extensions"),
    ("settings", "clock"),
    ("vietnamese", "clock"),
}
# What a room above does not need a framework for, it must not have.
FRAMEWORKS = ("flask", "sqlalchemy", "flask_sqlalchemy", "alembic", "apscheduler", "flask_mail", "wtforms")
PLAIN = FLOOR | CORES | SHEETS


def rooms() -> Iterator[tuple[str, Path]]:
    """(room, file) of every module of ours."""
    for path in sorted((ROOT / "tracker").rglob("*.py")):
        first = path.relative_to(ROOT / "tracker").parts[0]
        if first != "__init__.py":
            yield first.removesuffix(".py"), path
    for path in sorted((ROOT / "notifications").rglob("*.py")):
        yield "notifications", path


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, full name) of everything that the module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by full name"
            module = node.module or ""
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def room_of(name: str) -> str | None:
    """The room that an imported name lives in; None for other people's."""
    parts = name.split(".")
    if parts[0] == "notifications":
        return "notifications"
    return parts[1] if parts[0] == "tracker" and len(parts) > 1 else None


def level(room: str) -> int:
    found = [n for n, level in enumerate(LEVELS) if room in level]
    assert found, f"the room {room} has no place in the house: see docs/architecture.md"
    return found[0]


def wrong_arrows(room: str, path: Path) -> Iterator[str]:
    for line, name in imported(path):
        other = room_of(name)
        if other in (None, "__version__") or other == room or other not in set().union(*LEVELS):
            continue
        up = level(other) > level(room)
        beside = level(other) == level(room) and (room, other) not in BESIDE and room not in WIRING
        if up or beside:
            yield f"{path.relative_to(ROOT)}:{line}: {room} must not import {other}"


def test_every_arrow_points_down():
    assert [wrong for room, path in rooms() for wrong in wrong_arrows(room, path)] == []


def test_cores_and_sheets_know_no_framework():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for room, path in rooms()
        if room in PLAIN
        for line, name in imported(path)
        if name.split(".")[0] in FRAMEWORKS
    ]
    assert found == []


def test_letters_are_made_of_rows_and_ask_no_database():
    asking = ("sqlalchemy", "flask", "tracker.extensions", "tracker.store.models", "tracker.store.engine")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sorted((ROOT / "notifications" / "letters").glob("*.py"))
        for line, name in imported(path)
        if name.startswith(asking)
    ]
    assert found == []


def test_only_the_clock_asks_what_time_it_is():
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room, path in rooms()
        if room != "clock"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "today", "utcnow")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]
    assert asked == []


def test_services_know_nothing_of_requests():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for room, path in rooms()
        if room == "services"
        for line, name in imported(path)
        if name.split(".")[0].startswith("flask")
    ]
    assert found == []


def test_only_deeds_and_the_outbox_commit():
    def calls(path: Path) -> Iterator[int]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                yield node.lineno

    allowed = {"store", "notifications"}
    found = [
        f"{path.relative_to(ROOT)}:{n}" for room, path in rooms() if room not in allowed for n in calls(path)
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["tracker", "notifications"])
def test_every_file_says_what_it_is_for(folder: str):
    silent = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_architecture_page_has_a_line_for_every_folder():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {path.parent for _, path in rooms()} | {
        ROOT / "plan_templates",
        ROOT / "migrations",
        ROOT / "tests",
    }
    missing = [
        str(folder.relative_to(ROOT))
        for folder in sorted(folders)
        if folder != ROOT / "tracker" and f"`{folder.relative_to(ROOT)}/`" not in page
    ]
    assert missing == []


WAITING = {
    "Axe",
    "expect_navigation",
    "wait_for_load_state",
    "wait_for_selector",
    "wait_for_timeout",
    "wait_for_url",
}


def test_one_place_knows_when_a_page_is_there_and_asks_axe():
    """A click comes back before the page that it leads to is there: tests use `follow`, `arriving` and `expect`."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != ROOT / "tests" / "browser" / "arriving.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in WAITING)
        or (isinstance(node, ast.Name) and node.id in WAITING)
    ]
    assert found == []
