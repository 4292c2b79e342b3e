"""Dated words: one piece of time, a range or a list of them, with the words before it that bind it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from tracker.drafts.model import TimingDraft
from tracker.parsing.rules.when import (
    BEFORE_SPAN,
    BOUNDS,
    FURTHER_YEARS,
    HANGING,
    NEXT_IN_LIST,
    OPEN_END,
    PROGRAMME,
    RANGE,
    YEARLY_AFTER,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
    BadDateError,
    Piece,
    Place,
    pieces_at,
    soft_begin,
    soft_end,
)
from tracker.parsing.rules.when_words import (
    AFTER,
    BEFORE,
    BOUND_WORDS,
    BY,
    FROM,
    IN,
)
from tracker.parsing.timing_parts import MOST_IN_LIST, NEAR, Context, Found, Step, Words, each_year, in_year


def _window(words: Words, at: int, context: Context, led: bool) -> list[Piece]:
    """A piece of time with what is joined to it: a range is one piece, a list with gaps is several."""
    first = pieces_at(Place(words.text, words.folded, at, context.year, led))
    if not first:
        return []
    if len(first) == 1 and (ranged := _range(words, first[0], context)):
        return [ranged]
    return _listed(words, first, context)


def _range(words: Words, first: Piece, context: Context) -> Piece | None:
    joint = RANGE.pattern.match(words.folded, first.end)
    if not joint:
        return None
    year = first.first.year if first.dated else context.year
    nearby = replace(context, year=year)
    second = piece_at(words, joint.end(), nearby, True) or _bare(words, joint.end(), first)
    if second is None:
        return None
    start, last = first.first, _edge(joint["edge"], second)
    if second.dated and not first.dated:
        start = in_year(start, second.first.year)
    if last < start and not second.dated:
        last = in_year(last, start.year + 1)
    if last < start and not first.dated:
        start = in_year(start, last.year - 1)
    soft = first.soft or second.soft or joint["edge"] in ("dau", "giua", "cuoi")
    unsure = first.unsure or second.unsure
    dated = first.dated or second.dated
    return Piece(start, last, first.begin, second.end, "span", dated, soft, unsure)


def _edge(word: str | None, second: Piece) -> date:
    """The end of a range: `đến hết`, `đến trước`, `đến giữa`."""
    if word == "truoc":
        return second.first - ONE_DAY
    return soft_end(word, second) if word in ("dau", "giua", "cuoi") else second.last


def piece_at(words: Words, at: int, context: Context, led: bool) -> Piece | None:
    """The single piece of time that begins here; None where there is none or a list of days."""
    found = pieces_at(Place(words.text, words.folded, at, context.year, led))
    return found[0] if len(found) == 1 else None


def _bare(words: Words, at: int, like: Piece) -> Piece | None:
    """A second part that does not repeat its word: `tháng 3 - 6/2024`, `Quý I, II`, `2024 - 2025`."""
    word = {"month": "thang ", "quarter": "quy "}.get(like.kind)
    if word is None or not words.folded[at : at + 1].isalnum():
        return None
    ahead = slice(at, at + NEAR)
    shifted = Place(word + words.text[ahead], word + words.folded[ahead], 0, like.first.year, True)
    try:
        found = pieces_at(shifted)
    except BadDateError:
        return None
    if len(found) != 1 or found[0].kind != like.kind:
        return None
    return replace(found[0], begin=at, end=at + found[0].end - len(word))


def _listed(words: Words, first: list[Piece], context: Context) -> list[Piece]:
    found = list(first)
    while len(found) < MOST_IN_LIST and (joint := NEXT_IN_LIST.pattern.match(words.folded, found[-1].end)):
        more = _same_kind(words, joint.end(), found[-1], context)
        if more is None:
            break
        if more.dated and not found[-1].dated:
            found = [_moved(one, more.first.year) for one in found]
        found.append(more)
    return _runs(found)


def _moved(piece: Piece, year: int) -> Piece:
    return replace(piece, first=in_year(piece.first, year), last=in_year(piece.last, year), dated=True)


def _same_kind(words: Words, at: int, like: Piece, context: Context) -> Piece | None:
    nearby = replace(context, year=like.first.year) if like.dated else context
    got = piece_at(words, at, nearby, False)
    return got if got and got.kind == like.kind else _bare(words, at, like)


def _runs(found: list[Piece]) -> list[Piece]:
    """Neighbours become one window; with a gap between them they stay apart."""
    runs = [found[0]]
    for before, one in pairwise(found):
        if before.last + ONE_DAY == one.first:
            joined = replace(runs[-1], last=one.last, end=one.end, kind="span")
            runs[-1] = replace(joined, unsure=joined.unsure or one.unsure)
        else:
            runs.append(one)
    return runs


def read_programme(words: Words, place: int, context: Context) -> Step | None:
    """Years that belong to a name before them: `nông thôn mới giai đoạn 2021-2025`."""
    match = PROGRAMME.pattern.match(words.folded, place)
    if not match or BEFORE_SPAN.pattern.search(words.folded[max(0, place - NEAR) : place]):
        return None
    return Step(match.end())


def read_dated(words: Words, place: int, context: Context) -> Step | None:
    bound = BOUNDS.pattern.match(words.folded, place)
    at = bound.end() if bound else place
    pieces = _window(words, at, context, bool(bound and (bound["bound"] or bound["soft"])))
    if bound and not pieces:
        bound, pieces = None, _window(words, place, context, False)
    if not pieces:
        return None
    end = pieces[-1].end
    for shape_after, ends in ((FURTHER_YEARS, _without_end), (OPEN_END, _without_end)):
        if after := shape_after.pattern.match(words.folded, end):
            return ends(words, pieces[0], place, after.end())
    yearly = YEARLY_AFTER.pattern.match(words.folded, end)
    hanging = HANGING.pattern.match(words.folded, end)
    stop = yearly.end() if yearly else end
    found = [_bounded(words, bound, one, place, stop) for one in pieces]
    if yearly:
        found = [each_year(one, context) for one in found]
    if hanging:
        found = [replace(one, unsure=True) for one in found]
    return Step(hanging.end() if hanging else stop, tuple(found))


def _without_end(words: Words, piece: Piece, place: int, end: int) -> Step:
    """`và các năm tiếp theo`, `đến khi kết thúc`: a start and no day on which it is due."""
    timing = TimingDraft(words.cut(place, end), start=piece.first, ongoing=True, bound="from")
    return Step(end, (Found(timing, place, end, "dated", piece.kind, piece.dated),))


def _bounded(words: Words, bound: re.Match[str] | None, piece: Piece, place: int, stop: int) -> Found:
    # Each date of a list keeps the words of the whole list: `6` alone says nothing.
    timing, unsure = _by_bound(bound, piece, words.cut(place, stop))
    return Found(timing, place, stop, "dated", piece.kind, piece.dated, group=place, unsure=unsure)


def _by_bound(bound: re.Match[str] | None, piece: Piece, text: str) -> tuple[TimingDraft, bool]:
    """What the words before a piece of time make of it, and whether that can be read in two ways."""
    meaning = _meaning(bound)
    soft = bound["soft"] if bound else None
    about = piece.soft or bool(soft) or bool(bound and bound["about"])
    if piece.kind == "span" and meaning in (FROM, IN, ""):
        return TimingDraft(text, start=piece.first, due=piece.last, soft=about), piece.unsure
    if bound and bound["clock"] and meaning == BEFORE:
        meaning = BY
    made = _of_soft(meaning, soft, piece, text) if soft else _of_meaning(meaning, bound, piece, text)
    return replace(made, soft=about), piece.unsure or bool(soft and meaning == BEFORE)


def _meaning(bound: re.Match[str] | None) -> str:
    if not bound or not bound["bound"]:
        return ""
    word = bound["bound"]
    spaced = " ".join(word.split())
    return BOUND_WORDS.get(spaced) or _unspaced().get(spaced.replace(" ", ""), BY)


def _unspaced() -> dict[str, str]:
    """The binding words as they look where blanks are missing."""
    return {word.replace(" ", ""): meaning for word, meaning in BOUND_WORDS.items()}


def _of_soft(meaning: str, soft: str, piece: Piece, text: str) -> TimingDraft:
    if meaning in (FROM, AFTER):
        start = soft_begin(soft, piece) if meaning == FROM else soft_end(soft, piece) + ONE_DAY
        return TimingDraft(text, start=start, ongoing=True, bound="from")
    return TimingDraft(text, due=soft_end(soft, piece))


def _of_meaning(meaning: str, bound: re.Match[str] | None, piece: Piece, text: str) -> TimingDraft:
    if meaning == BEFORE:
        return TimingDraft(text, due=piece.first - ONE_DAY, bound="before", printed=piece.first)
    if meaning == FROM:
        return TimingDraft(text, start=piece.first, ongoing=True, bound="from")
    if meaning == AFTER:
        return TimingDraft(text, start=piece.last + ONE_DAY, ongoing=True, bound="from")
    if meaning == BY:
        return TimingDraft(text, due=piece.last, bound="by")
    inside = bool(bound and bound["bound"] and "trong" in bound["bound"])
    whole = piece.kind != "day" or piece.first != piece.last or inside
    return TimingDraft(text, start=piece.first if whole else None, due=piece.last)
