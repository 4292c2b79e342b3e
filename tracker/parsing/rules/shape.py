"""A shape: a named pattern over folded text (no marks, small letters) with the phrases that it must and
must not find.

The examples are executed by one test, so a shape cannot be added without saying what it is for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.vietnamese.forms import same_length_fold


@dataclass(frozen=True)
class Shape:
    """`yes` phrases hold the shape, `no` phrases do not."""

    name: str
    pattern: re.Pattern[str]
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()

    def find(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self.pattern.search(same_length_fold(text), start)

    def begins(self, text: str) -> re.Match[str] | None:
        return self.pattern.match(same_length_fold(text))


def shape(name: str, pattern: str, yes: tuple[str, ...], no: tuple[str, ...] = ()) -> Shape:
    return Shape(name, re.compile(pattern, re.VERBOSE), yes, no)
