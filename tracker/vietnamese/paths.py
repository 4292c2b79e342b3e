"""The place of a row in its plan, written as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterable

REPORT = re.compile(r"r\d+")
BULLET = re.compile(r"-(\d+)")


def path_text(path: Iterable[str]) -> str:
    """II, 1, 1.2 → "II.1.2": a label that repeats the ones above it stands for them.

    Our own labels are not printed anywhere: a report has the place that it stands in, the second bullet
    below a) is "a, ý 2".
    """
    shown: list[str] = []
    bullets = ""
    for label in path:
        bullet = BULLET.fullmatch(label)
        if bullet:
            bullets += f", ý {bullet[1]}"
        elif REPORT.fullmatch(label):
            continue
        elif shown and label.startswith(shown[-1] + "."):
            shown[-1] = label
        else:
            shown.append(label)
    return ".".join(shown) + bullets
