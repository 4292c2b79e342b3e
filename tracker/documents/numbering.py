"""The automatic numbers of a .docx: its numbering and style parts go in, each paragraph's printed label
comes out.

A label is nowhere in the paragraph's text; it is counted here as Word counts it, paragraph by paragraph
in the order of the document, table cells included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from docx.oxml.ns import qn

from tracker.vietnamese.numbers import to_roman

Element = Any
VALUE = str(qn("w:val"))
LEVELS = range(9)
DASHES = frozenset("-–—\uf02d")
# Word counts a…z with the whole Latin alphabet, not with the Vietnamese one.
LATIN = "abcdefghijklmnopqrstuvwxyz"
# A chain of styles longer than this is a circle.
LONGEST_CHAIN = 20


def _letters(n: int) -> str:
    """Word's way after z: aa, bb, cc."""
    turns, place = divmod(n - 1, len(LATIN))
    return LATIN[place] * (turns + 1)


FORMATS: Mapping[str, Callable[[int], str]] = {
    "upperRoman": to_roman,
    "lowerRoman": lambda n: to_roman(n).lower(),
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "decimalZero": lambda n: f"{n:02d}",
    "none": lambda n: "",
}


@cache
def _named(name: str) -> str:
    return str(qn(f"w:{name}"))


def child(element: Element | None, name: str) -> Element | None:
    # Asked a hundred times for each row of a table: several times as fast as `find`.
    return None if element is None else next(element.iterchildren(_named(name)), None)


def value(element: Element | None, name: str) -> str | None:
    """The `w:val` of a child, or None."""
    found = child(element, name)
    return None if found is None else found.get(VALUE)


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


class Numbering:
    """Counts the lists of one document; `label` must be asked once for each paragraph, in order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._abstracts = _by_id(numbering, "abstractNum", "abstractNumId")
        self._lists = _by_id(numbering, "num", "numId")
        self._styles = _by_id(styles, "style", "styleId")
        self._default_style = _default_paragraph_style(styles)
        # Counters belong to the abstract list: several lists that share it go on counting together.
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        self._by_style: dict[str | None, tuple[str | None, str | None]] = {}

    def label(self, paragraph: Element) -> str:
        """`1.1.`, `a)`, `-` … or an empty string."""
        place = self._place(paragraph)
        if place is None:
            return ""
        list_id, depth = place
        level = self._level(list_id, depth)
        if level is None:
            return ""
        counts = self._count(list_id, depth)
        if value(level, "numFmt") == "bullet":
            return "-" if (value(level, "lvlText") or "-") in DASHES else "•"
        return self._print(list_id, level, counts)

    def _place(self, paragraph: Element) -> tuple[str, int] | None:
        """List and level of a paragraph: its own, else those of its style and the styles below that."""
        properties = child(paragraph, "pPr")
        own = child(properties, "numPr")
        list_id, depth = value(own, "numId"), value(own, "ilvl")
        if list_id is None:
            list_id, carried = self._of_style(value(properties, "pStyle"))
            depth = carried if depth is None else depth
        if list_id is None or list_id == "0" or list_id not in self._lists:
            return None
        return list_id, _whole(depth, 0)

    def _of_style(self, style_id: str | None) -> tuple[str | None, str | None]:
        """List and level of a style, or of the first style below it that has one."""
        if style_id not in self._by_style:
            self._by_style[style_id] = self._carried(style_id)
        return self._by_style[style_id]

    def _carried(self, style_id: str | None) -> tuple[str | None, str | None]:
        for name, style in self._chain(style_id):
            carried = child(child(style, "pPr"), "numPr")
            list_id = value(carried, "numId")
            if list_id is not None:
                return list_id, value(carried, "ilvl") or self._level_of_style(list_id, name)
        return None, None

    def _chain(self, style_id: str | None) -> Iterator[tuple[str, Element]]:
        name = style_id or self._default_style
        for _ in range(LONGEST_CHAIN):
            if name is None or name not in self._styles:
                return
            yield name, self._styles[name]
            name = value(self._styles[name], "basedOn")

    def _level_of_style(self, list_id: str, style_id: str) -> str | None:
        for depth in LEVELS:
            if value(self._level(list_id, depth), "pStyle") == style_id:
                return str(depth)
        return None

    def _abstract_id(self, list_id: str) -> str:
        abstract_id = value(self._lists[list_id], "abstractNumId") or ""
        link = value(self._abstracts.get(abstract_id), "numStyleLink")
        if link is None:
            return abstract_id
        linked = value(child(child(self._styles.get(link), "pPr"), "numPr"), "numId")
        return value(self._lists.get(linked or ""), "abstractNumId") or abstract_id

    def _override(self, list_id: str, depth: int) -> Element | None:
        for override in self._lists[list_id].findall(qn("w:lvlOverride")):
            if override.get(qn("w:ilvl")) == str(depth):
                return override
        return None

    def _level(self, list_id: str, depth: int) -> Element | None:
        if list_id not in self._lists:
            return None
        replaced = child(self._override(list_id, depth), "lvl")
        if replaced is not None:
            return replaced
        abstract = self._abstracts.get(self._abstract_id(list_id))
        levels = [] if abstract is None else abstract.findall(qn("w:lvl"))
        return next((level for level in levels if level.get(qn("w:ilvl")) == str(depth)), None)

    def _start(self, list_id: str, depth: int) -> int:
        restarted = value(self._override(list_id, depth), "startOverride")
        return _whole(restarted, _whole(value(self._level(list_id, depth), "start"), 1))

    def _count(self, list_id: str, depth: int) -> dict[int, int]:
        counts = self._counts.setdefault(self._abstract_id(list_id), {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            self._restart(list_id, counts)
        counts[depth] = counts[depth] + 1 if depth in counts else self._start(list_id, depth)
        for deeper in [d for d in counts if d > depth]:
            if self._restarts_after(list_id, deeper, depth):
                del counts[deeper]
        return counts

    def _restart(self, list_id: str, counts: dict[int, int]) -> None:
        """A start that the list overrides counts once, at the list's first use."""
        for depth in LEVELS:
            if value(self._override(list_id, depth), "startOverride") is not None:
                counts.pop(depth, None)

    def _restarts_after(self, list_id: str, deeper: int, depth: int) -> bool:
        rule = value(self._level(list_id, deeper), "lvlRestart")
        return rule is None or (rule != "0" and depth < _whole(rule, 0))

    def _print(self, list_id: str, level: Element, counts: Mapping[int, int]) -> str:
        legal = child(level, "isLgl") is not None

        def part(match: re.Match[str]) -> str:
            depth = int(match[1]) - 1
            form = "decimal" if legal else value(self._level(list_id, depth), "numFmt") or "decimal"
            return FORMATS.get(form, str)(counts.get(depth, self._start(list_id, depth)))

        return re.sub(r"%([1-9])", part, value(level, "lvlText") or "").strip()


def _by_id(parent: Element | None, name: str, key: str) -> dict[str, Element]:
    found = [] if parent is None else parent.findall(qn(f"w:{name}"))
    return {element.get(qn(f"w:{key}")): element for element in found}


def _default_paragraph_style(styles: Element | None) -> str | None:
    for style in [] if styles is None else styles.findall(qn("w:style")):
        if style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in ("1", "true", "on"):
            found: str | None = style.get(qn("w:styleId"))
            return found
    return None
