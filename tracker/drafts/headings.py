"""Under which heading of its plan a task is shown, and what that heading says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def section_of(path: Sequence[str]) -> tuple[str, ...]:
    """The heading under which a task is shown: two labels deep where there are more below."""
    return tuple(path[:2]) if len(path) > 2 and not path[2].startswith("r") else tuple(path[:1])


def heading_of(blocks: Sequence[str], label: Sequence[str], source: Mapping[str, object] | None) -> str:
    """The words of the nearest heading with this label above the place (`source`) where the first task was read; empty
    where there is none."""
    if not label or source is None:
        return ""
    shape = re.compile(rf"^\W*{re.escape(label[-1])}\s*[.)/:](?!\d)\s*(?P<words>.+)", re.DOTALL)
    for block in reversed(blocks[: int(str(source["block"])) + 1]):
        found = shape.match(block)
        if found:
            return found["words"].strip(" *_:")
    return ""
