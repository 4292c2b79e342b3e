"""Who issues a plan: the capitals of the letterhead in, the name as it is written in a sentence out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tracker.parsing.rules.letters import UP
from tracker.vietnamese.forms import fold

# The motto stands beside the issuer, in one line with it where a scan or a copy has lost the columns.
MOTTO = re.compile(r"CỘNG HO?[ÒÀA]+\s+XÃ.*|ĐẢNG CỘNG SẢN.*|[ĐÐ]ộc lập.*", re.DOTALL)
LEVELS = r"TỈNH|THÀNH PHỐ|HUYỆN|THỊ XÃ|QUẬN|XÃ|PHƯỜNG|THỊ TRẤN|ĐẶC KHU"
COMMITTEE = re.compile(
    rf"(?:UBND|[UỦỤ]Y\s+BAN\s+NHÂN\s+DÂN)\s+(?P<level>{LEVELS})\s+(?P<place>[{UP}0-9][\w’' -]*)$"
)
BODY = re.compile(
    rf"(?:SỞ|BỘ|BAN|PHÒNG|CỤC|CHI CỤC|TỔNG CỤC|THANH TRA|VĂN PHÒNG|BAN CHỈ ĐẠO|HỘI ĐỒNG)\s+[{UP} ,&-]+$"
)
HIGHEST = {"THỦ TƯỚNG CHÍNH PHỦ": "Thủ tướng Chính phủ", "CHÍNH PHỦ": "Chính phủ"}
DASHES = re.compile(r"\s*[-_*=~.]{3,}\s*")
LETTERHEAD_LINES = 10


def letterhead(texts: Sequence[str]) -> Iterator[str]:
    """The lines of the letterhead's left side, up to the number of the document."""
    for text in texts[:LETTERHEAD_LINES]:
        for line in re.split(r"\s*(?:\||<br>|\n)\s*", text):
            if re.match(r"S[ốôó]\s*:?", line):
                return
            clean = MOTTO.sub("", DASHES.sub(" ", line)).strip(" _|")
            if clean:
                yield " ".join(clean.split())


def issuer_of(head: Sequence[str], texts: Sequence[str]) -> str | None:
    """The issuer by its letterhead; a department carries the name of its committee's place."""
    lines = list(letterhead(head))
    whole = [f"{a} {b}" for a, b in pairwise(lines) if a.isupper() and b.isupper()]
    committee = next((m for line in [*lines, *whole] if (m := COMMITTEE.match(line))), None)
    body = next((line for line in lines if BODY.match(line)), None)
    highest = next((HIGHEST[line] for line in lines if line in HIGHEST), None)
    if body:
        name = _as_written(body, texts)
        return f"{name} {_level(committee)}" if committee and _level(committee) not in name else name
    if committee:
        return f"UBND {_level(committee)}"
    return highest


def _level(committee: re.Match[str]) -> str:
    return f"{committee['level'].lower()} {_titled(committee['place'])}"


def _titled(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split())


def _as_written(capitals: str, texts: Sequence[str]) -> str:
    """The name as the text itself writes it; else with one capital for the body and one for its field."""
    # A scan may have lost a mark in the letterhead, so the comparison is without marks.
    wanted = re.compile(r"\b" + re.escape(fold(capitals)).replace(r"\ ", r"\s+") + r"\b")
    for text in texts:
        if text.isupper() or len(text) > 5000:
            continue
        folded = fold(text)
        found = wanted.search(folded) if len(folded) == len(text) else None
        words = text[found.start() : found.end()] if found else ""
        if words and not words.isupper() and words[0].isupper():
            return words
    first, _, rest = capitals.partition(" ")
    return f"{first.capitalize()} {rest[:1]}{rest[1:].lower()}"
