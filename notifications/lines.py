"""The lines of a letter: one piece of work or one request, whatever section it stands in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One piece of work; `tone` is the colour of its state."""

    number: int
    title: str
    note: str
    day: str
    standing: str
    tone: str
    mark: str
    url: str


@dataclass(frozen=True)
class Section:
    """Requests of one kind under their name."""

    name: str
    lines: tuple[Line, ...]


def one_line(text: str) -> str:
    return " ".join(text.split())
