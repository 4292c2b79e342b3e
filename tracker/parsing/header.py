"""The head and foot of a plan: blocks in; number, title, issuer, day, signer, recipients and cited
documents out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from tracker.drafts.model import PlanHead, PlanPeriod, Signer
from tracker.parsing.frame import Frame
from tracker.parsing.letterhead import LETTERHEAD_LINES, issuer_of
from tracker.parsing.pieces import EDGES
from tracker.parsing.rules.heads import (
    AUTHORITY,
    CAPITALS,
    CARRIES_OUT,
    CONTACT,
    DAY_LINE,
    DOCUMENT,
    FIGURES,
    ISSUES,
    KIND_BEFORE_TITLE,
    LONG_TITLE,
    MARK,
    NAME,
    NUMBER_LINE,
    POSITION,
    SIGNED,
    SUBORDINATE,
    THROUGH,
    TITLE_END,
    TITLE_YEARS,
    WHO_DECIDES,
    WHO_DECIDES_AT_END,
)
from tracker.parsing.rules.words import RECIPIENTS
from tracker.vietnamese.forms import fold

COMMITTEE_LEVEL = re.compile(
    r"(?:UBND|Ủy ban nhân dân)\s+(huyện|thị xã|thành phố|quận|xã|phường|thị trấn|tỉnh)\b(?!,)"
)
# Where a letterhead or a foot in one line breaks.
BREAK = re.compile(r"\s*(?:\s\|\s|\||<br>|\n)\s*")
MOTTO_END = re.compile(r".*Hạnh phúc[\s_-]*")
INNER_LIST = re.compile(r"[;,]\s+[-–]\s+\S")
LISTED = re.compile(r"(?:(?<=[;:,.)])|(?<=^))\s*[-–]\s*(?=\S)")


def head_of(texts: Sequence[str], frame: Frame) -> PlanHead:
    """The head of a plan, from its letterhead, opening and foot."""
    above = [line for text in texts[: frame.content or LETTERHEAD_LINES] for line in BREAK.split(text)]
    number, symbol = _number(above)
    place, issued_on = _day(above)
    title = _title([texts[i] for i in frame.title])
    opening = " ".join(texts[i] for i in frame.opening)
    foot = _foot_lines(texts[frame.foot[0] : frame.foot[1]])
    return PlanHead(
        number=number,
        symbol=symbol,
        title=title,
        issuer=_issuer(texts, frame, opening, symbol, place),
        place=place,
        issued_on=issued_on,
        period=_period(title, issued_on),
        signer=_signer(foot),
        implements=_implements(opening),
        cites=_cites(texts, number),
        recipients=_recipients(foot),
    )


def _title(lines: Sequence[str]) -> str | None:
    """The title in one line; where kind, title and text stand in one line, only the capitals of it."""
    if not lines:
        return None
    first = lines[0]
    kind = KIND_BEFORE_TITLE.match(first)
    if kind and len(first) > kind.end():
        first = first[kind.end() :]
        run = CAPITALS.match(first) if len(first) > LONG_TITLE else None
        first = run[0] if run else first
    first = WHO_DECIDES_AT_END.sub("", first)
    more = takewhile(lambda line: not WHO_DECIDES.fullmatch(line.strip(EDGES)), lines[1:])
    return " ".join((first, *more)).strip(EDGES) or None


def _number(lines: Sequence[str]) -> tuple[str | None, str | None]:
    for line in lines:
        found = NUMBER_LINE.search(line)
        if found and found["party"]:
            symbol = f"{found['kind']}/{found['organ'].rstrip('.')}"
            return f"{found['party']}-{symbol}", symbol
        if found:
            symbol = found["symbol"].rstrip(".")
            return (f"{found['number']}/{symbol}" if found["number"] else None), symbol
    return None, None


def _day(lines: Sequence[str]) -> tuple[str | None, str | None]:
    """Place and day of issue, the day cut to what is printed of it."""
    for printed in lines:
        line = MOTTO_END.sub("", printed)
        found = DAY_LINE.search(line)
        if found and len(line) < 120:
            place = found["place"].strip()
            # In one line with the number the place comes behind it.
            place = NUMBER_LINE.sub("", place).strip() or place
            return _last_name(place), _printed_day(found)
    return None, None


def _last_name(place: str) -> str:
    """`… /KH-SYT Kiên Giang`: the words behind the symbol."""
    return re.split(r"[A-Z]{2,}(?:-[A-Z]+)+\s+", place)[-1]


def _printed_day(found: re.Match[str]) -> str:
    parts = [found["year"]]
    month = int(found["month"].translate(FIGURES)) if found["month"] else 0
    if 1 <= month <= 12:
        parts.append(f"{month:02d}")
        day = int(found["day"].translate(FIGURES)) if found["day"] else 0
        parts += [f"{day:02d}"] if 1 <= day <= 31 else []
    text = "-".join(parts)
    if len(parts) < 3:
        return text
    try:
        date.fromisoformat(text)
    except ValueError:
        return text[:7]
    return text


def _issuer(
    texts: Sequence[str], frame: Frame, opening: str, symbol: str | None, place: str | None
) -> str | None:
    printed = issuer_of(texts[: frame.content], texts)
    if printed:
        return printed
    found = [match["issuer"] for match in ISSUES.finditer(opening)]
    if found:
        return found[-1]
    if symbol and symbol.endswith("UBND") and place:
        levels = Counter(level for text in texts for level in COMMITTEE_LEVEL.findall(text))
        return f"UBND {levels.most_common(1)[0][0]} {place}" if levels else None
    return None


def _period(title: str | None, issued_on: str | None) -> PlanPeriod:
    """The years of the title; else from the year of issue on, or the next one for a plan of its last
    months.
    """
    years = TITLE_YEARS.search(title or "")
    if years:
        return PlanPeriod(date(int(years[1]), 1, 1), date(int(years[2] or years[1]), 12, 31))
    ends = [int(year) for year in TITLE_END.findall(title or "")]
    known = [year for year in ends if issued_on and year >= int(issued_on[:4])]
    end = date(max(known), 12, 31) if known else None
    return PlanPeriod(usual_start(issued_on), end) if issued_on else PlanPeriod()


def usual_start(issued_on: str) -> date:
    """The first day of a plan that names no years: of the year of issue, from October on of the next."""
    year, month = int(issued_on[:4]), int(issued_on[5:7] or 1)
    return date(year + (month >= 10), 1, 1)


def _implements(opening: str) -> tuple[str, ...]:
    """The documents that the opening carries out; one that these carry out in their turn is only cited."""
    if not CARRIES_OUT.match(opening):
        return ()
    found = [cited(m[0]) for m in DOCUMENT.finditer(opening) if not SUBORDINATE.search(opening[: m.start()])]
    return tuple(dict.fromkeys(found))


def _cites(texts: Sequence[str], own: str | None) -> tuple[str, ...]:
    found = [cited(match[0]) for text in texts for match in DOCUMENT.finditer(text)]
    return tuple(number for number in dict.fromkeys(found) if number != own)


def cited(number: str) -> str:
    """A document's number without the blanks that slipped into it."""
    return "".join(number.split()).replace("–", "-")


def coordinator_of(texts: Sequence[str], frame: Frame) -> str | None:
    """Who follows the plan up: through whom reports go, else whom to ask, else whom the plan charges with
    it.
    """
    body = texts[frame.content : frame.end]
    through = [match[1] for text in body for match in THROUGH.finditer(text)]
    if through:
        return Counter(name[0].upper() + name[1:] for name in through).most_common(1)[0][0]
    for text in body:
        found = CONTACT.search(text)
        if found:
            return next(group for group in found.groups() if group)
    return None


def _foot_lines(foot: Sequence[str]) -> list[str]:
    """The foot line by line; one that a copy has run together is taken apart at its dashes and
    authorities.
    """
    lines: list[str] = []
    for text in foot:
        for part in BREAK.split(text):
            listed = RECIPIENTS.begins(part)
            pieces = (
                LISTED.split(part)
                if listed or INNER_LIST.search(part)
                else SIGNED.split(part)
                if AUTHORITY.search(part)
                else [part]
            )
            lines += [piece.strip() for piece in pieces if piece.strip()]
    return lines


def _recipients(foot: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for number, line in enumerate(foot):
        heading = RECIPIENTS.begins(line)
        text = line[heading.end() :] if heading else line
        if heading is None and number == 0:
            continue
        text = text.lstrip("-–—+•*: ").strip()
        if fold(text).startswith("luu") or (text.isupper() and len(text) > 3):
            break
        clean = MARK.sub("", text.rstrip(" ;.,")).rstrip(" ;.,")
        if clean:
            found.append(clean)
    return tuple(found)


def _is_position(line: str) -> bool:
    """Words, not the scraps that a scan makes of a seal."""
    parts = line.split()
    return len(parts) >= 2 and all(len(part) >= 2 and part.isalpha() for part in parts)


def _signer(foot: Sequence[str]) -> Signer:
    """The lines in capitals under the recipients, and the name below them."""
    titles = [
        line for line in foot[1:] if line.isupper() and len(line.split()) <= 8 and not line.startswith("-")
    ]
    authority = next((line for line in titles if line.startswith("KT.")), None)
    authority = authority or next((line for line in titles if AUTHORITY.match(line)), None)
    positions = [line for line in titles if not AUTHORITY.match(line) and POSITION.match(line)]
    positions = positions or [line for line in titles if not AUTHORITY.match(line) and _is_position(line)]
    name = next((line for line in reversed(foot[1:]) if NAME.match(line) and not line.isupper()), None)
    return Signer(name, positions[-1] if positions else None, authority) if positions else Signer()
