"""The place of a row in its plan, written as people write it."""

from __future__ import annotations

from collections.abc import Iterable


def path_text(path: Iterable[str]) -> str:
    """II, 1, 1.2 → "II.1.2": a label that repeats the ones above it stands for them."""
    shown: list[str] = []
    for label in path:
        if shown and label.startswith(shown[-1] + "."):
            shown[-1] = label
        else:
            shown.append(label)
    return ".".join(shown)
