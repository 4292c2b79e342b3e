"""Units in text: a label's value or a sentence in, each unit or group of units by itself out, with its
place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.drafts.model import Source
from tracker.parsing.pieces import cut, trim
from tracker.parsing.rules.letters import LOW, UP
from tracker.parsing.rules.words import (
    ADVISES,
    ASKED,
    ASKS,
    COMPOUND,
    END_OF_NAME,
    INNER_OFFICE,
    LEADS_WITH,
    LISTED_UNIT,
    PARENT_BODY,
    RESPONSIBLE,
    STANDING,
    UNIT,
    WITH,
)

SEPARATOR = re.compile(
    r"\s*;\s*|\s*,\s*(?:và )?|\s+và\s+|\s+cùng(?: với)?\s+"
    # Two names that a copy has run together: `Sở Tài chính Các sở, ngành`.
    r"|(?<!UBND)(?<!dân)(?<!lý)(?<!rưởng)(?<!của)(?<!đạo)(?<!với)\s+(?=Các [a-zđ])"
)
NEWSPAPER = re.compile(r"(?:Báo|Đài|Thời báo|Tạp chí) \w")
# `Các đơn vị thuộc Bộ có trách nhiệm:` is a heading, the duties stand below it.
CHARGED = re.compile(r"\s+(?:có|chịu)\s+(?:trách nhiệm|nhiệm vụ)\s*:?\s*$")
# `Phòng A - Cơ quan thường trực`, `Phòng A (gồm …)`: what the unit is besides, not what it does.
APPOSITION = re.compile(r"\s[-–]\s(?=[CcĐđ])|\s?\((?!qua|thông qua|nếu)[^()]*\)\s*:?\s*$")
# `các nhà mạng (Sao Mai, Đồng Xanh)`: a group with its names goes on to the bracket's end.
NAMES_IN_BRACKETS = re.compile(rf"\s*\((?!qua|thông qua|sau đây|gọi|kèm|theo|nếu)[{UP}][^()]*,[^()]*\)")
# Stands in for the letters of a name that must be read as one; no pattern of words or marks knows it.
MASK = "x"


@dataclass(frozen=True)
class Doers:
    """Who leads, who answers for it where that is somebody else, and with whom where the same words say it."""

    leads: tuple[Source, ...] = ()
    accountable: str | None = None
    partners: tuple[Source, ...] = ()


def masked(text: str) -> str:
    """The text with the inside of compound names covered, at the same length; their first word stays
    visible.
    """

    def cover(match: re.Match[str]) -> str:
        # `các sở, ngành` stays visible as `các sở …`, so that it is known as a group.
        count = 2 if match[0][:4].casefold() == "các " else 1
        first = " ".join(match[0].split(" ")[:count]).rstrip(",")
        return (
            first + " " + MASK * (len(match[0]) - len(first) - 1) if len(match[0]) > len(first) else match[0]
        )

    return COMPOUND.sub(cover, text)


def units(value: Source) -> tuple[Source, ...]:
    """Each unit of a list by itself. A comma or `và` parts two names only where the next one begins a
    body.
    """
    text = masked(value.text)
    parts: list[Source] = []
    begin = 0
    for joint in SEPARATOR.finditer(text):
        if joint.start() >= begin and _parts(text, begin, joint):
            parts.append(cut(value, begin, joint.start()))
            begin = joint.end()
    parts.append(cut(value, begin, len(text)))
    return tuple(part for part in map(trim, _with_parent(value, parts)) if part.text)


# A short name in capitals: KBNN, UBCK, VPB. A common word is never written so.
SHORT_NAME = re.compile(rf"[{UP}]{{2,}}(?:[{LOW}]+[{UP}]+)*(?=\s*(?:$|[,;.()]|và |tổ chức ))")


def _parts(text: str, begin: int, joint: re.Match[str]) -> bool:
    if ";" in joint[0]:
        return True
    if text[begin : joint.start()].count("(") > text[begin : joint.start()].count(")"):
        return False
    after = text[joint.end() :]
    starts_body = UNIT if "và" in joint[0] or "cùng" in joint[0] else LISTED_UNIT
    if starts_body.match(after) or NEWSPAPER.match(after):
        return True
    return "và" not in joint[0] and bool(SHORT_NAME.match(after))


def _with_parent(value: Source, parts: list[Source]) -> list[Source]:
    """Join an inner office with the body after it: `Phòng Nghiệp vụ 1, Sở Tư pháp` is one name."""
    joined: list[Source] = []
    for part in parts:
        before = joined[-1] if joined else None
        if before and INNER_OFFICE.match(before.text) and PARENT_BODY.match(part.text):
            begin, end = before.start - value.start, part.end - value.start
            if value.text[before.end - value.start : part.start - value.start] == ", ":
                joined[-1] = cut(value, begin, end)
                continue
        joined.append(part)
    return joined


def lead_units(value: Source) -> Doers:
    """The leads of a label's value."""
    return advisers(value) or Doers(units(value))


def advisers(value: Source) -> Doers | None:
    """`A tham mưu cho B thực hiện` has the lead A, and B answers for it; None for every other value."""
    advises = ADVISES.search(value.text)
    if not advises or not UNIT.match(value.text) or not UNIT.match(advises["whom"]):
        return None
    end = advises.end()
    more = re.match(r"\s*(?:và|,|;)\s*", value.text[end:])
    rest = units(cut(value, end + more.end(), len(value.text))) if more else ()
    return Doers(units(cut(value, 0, advises.start())) + rest, trim(cut(value, *advises.span("whom"))).text)


def together(value: Source) -> tuple[tuple[Source, ...], tuple[Source, ...]] | None:
    """Leads and partners of a value in a sentence: `A chủ trì, phối hợp với B`; None for a list of names."""
    text = masked(value.text)
    verb = LEADS_WITH.search(text)
    if not verb or not UNIT.match(text):
        return None
    leads = units(trim(cut(value, 0, verb.start())))
    partners = partners_in(value)
    return (leads, tuple(one for one in partners if one.text not in {lead.text for lead in leads}))


def subject(sentence: Source) -> tuple[Source, ...]:
    """Who does what the sentence says: the units before its verb; empty where it names none."""
    text = masked(sentence.text)
    begin = _subject_start(text)
    if begin is None:
        return ()
    end = END_OF_NAME.search(text, begin)
    return _named(cut(sentence, begin, end.start() if end else len(text)))


def _subject_start(text: str) -> int | None:
    asked = ASKED.match(text)
    if asked:
        return asked.end() if UNIT.match(text, asked.end()) else None
    asks = ASKS.match(text)
    if asks and UNIT.match(text) and UNIT.match(text, asks.end()):
        return asks.end()
    if STANDING.match(text):
        return _after_condition(text)
    return 0 if UNIT.match(text) else None


def _after_condition(text: str) -> int | None:
    """`Căn cứ Kế hoạch này, Phòng A xây dựng …`: the subject is the first body after a comma."""
    for comma in re.finditer(r", ", text):
        if LISTED_UNIT.match(text, comma.end()) and UNIT.match(text, comma.end()):
            return comma.end()
    return None


def _named(span: Source) -> tuple[Source, ...]:
    """The units of a span, unless it is so long that no verb was found in it."""
    return units(span) if 0 < len(span.text) <= 300 else ()


def named_units(value: Source) -> tuple[Source, ...]:
    """The units at the beginning of a value, without what they do: `Phòng A xây dựng phương án`."""
    text = masked(value.text)
    if not UNIT.match(text) and not SHORT_NAME.match(text):
        return ()
    end = None if "được giao" in text else END_OF_NAME.search(text)
    return _named(trim(cut(value, 0, end.start() if end else len(text))))


def partners_in(text: Source) -> tuple[Source, ...]:
    """Those with whom something is done: after `phối hợp (với)`, where a body follows."""
    hidden = masked(text.text)
    found: list[Source] = []
    for joint in WITH.finditer(hidden):
        if not UNIT.match(hidden, joint.end()):
            continue
        end = END_OF_NAME.search(hidden, joint.end())
        stop = end.start() if end else len(hidden)
        named = NAMES_IN_BRACKETS.match(text.text, stop)
        for unit in _named(cut(text, joint.end(), named.end() if named else stop)):
            if unit.text not in {one.text for one in found}:
                found.append(unit)
    return tuple(found)


def heading_units(heading: Source) -> tuple[Source, ...]:
    """The units that a heading puts in charge of what stands below: `b) Phòng Tư pháp`, `Trách nhiệm của
    …`.
    """
    opening = RESPONSIBLE.match(heading.text)
    body = trim(cut(heading, opening.end() if opening else 0, len(heading.text)))
    text = masked(body.text)
    if not UNIT.match(text):
        return ()
    charged = CHARGED.search(text)
    if charged:
        return _named(trim(cut(body, 0, charged.start())))
    end = END_OF_NAME.search(text)
    # `Giao Phòng A chủ trì …` is a duty of its own; `Trách nhiệm của Phòng A trong việc …` is a heading.
    if end and not (opening and "rách" in opening[0]) and not APPOSITION.match(text, end.start()):
        return ()
    return _named(trim(cut(body, 0, end.start() if end else len(text))))
