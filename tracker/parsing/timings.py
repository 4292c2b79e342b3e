"""Words about time become due dates and cycles: text, the plan's start and its day of issue in, timings
and doubts out.

Nothing depends on today. All patterns run over folded text of the same length, so that spelling, marks
and case do not count and every finding can be cut from the text as it stands. First what is no time is
hidden, then the text is read from left to right, then neighbours are joined; words of time that no rule
has read raise a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from tracker.drafts.model import Doubt, Offset, TimingDraft
from tracker.parsing.rules.shape import Shape
from tracker.parsing.rules.when import (
    ADHOC,
    AHEAD,
    ALWAYS,
    BEFORE_SPAN,
    BLANK_FORM,
    BOUNDS,
    CITATION,
    CYCLE,
    DAY_OF_CYCLE,
    DAY_OF_WEEK,
    EVENT,
    FREQUENCY,
    FURTHER_YEARS,
    HANGING,
    HIDDEN,
    LABEL,
    MANNER,
    MILESTONE,
    NEXT_CYCLE,
    NEXT_IN_LIST,
    OFFSET,
    OPEN_END,
    OWN_ISSUE,
    PERIODICALLY,
    PROGRAMME,
    RANGE,
    SCHOOL_YEAR,
    SINCE_ISSUE,
    TRACE,
    VAGUE,
    YEARLY_AFTER,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
    TWO_READINGS,
    BadDateError,
    Piece,
    Place,
    month_end,
    pieces_at,
    soft_begin,
    soft_end,
)
from tracker.parsing.rules.when_words import (
    AFTER,
    BEFORE,
    BOUND_WORDS,
    BY,
    BY_MONTHS,
    CYCLE_LABELS,
    CYCLE_MONTHS,
    CYCLE_UNITS,
    FROM,
    IN,
    SMALL_NUMBERS,
    UNIT_MONTHS,
    WEEKDAYS,
)
from tracker.vietnamese.forms import same_length_fold

Readings = tuple[list[TimingDraft], list[Doubt]]
VAGUE_TIME = "vague-time"
# How far back the words before a finding are looked at.
NEAR = 80
# More dates than a month has days are no list that a person wrote.
MOST_IN_LIST = 31


@dataclass(frozen=True)
class Context:
    """What the plan knows: the year that a date without one takes, and the day of issue where it is known."""

    year: int | None
    issued: date | None

    @property
    def begin(self) -> date | None:
        return date(self.year, 1, 1) if self.year else None


@dataclass(frozen=True)
class Words:
    """The text as printed and, of the same length, as patterns see it."""

    text: str
    folded: str

    def cut(self, begin: int, end: int) -> str:
        return self.text[begin:end]


@dataclass(frozen=True)
class Found:
    """A timing with the place of its words. `role` tells dated, cycle, always, event, adhoc and words
    apart; `group` is shared by the findings of one list.
    """

    timing: TimingDraft
    begin: int
    end: int
    role: str
    kind: str = ""
    dated: bool = False
    cycle: str = ""
    group: int = -1
    over: Found | None = None
    unsure: bool = False


@dataclass(frozen=True)
class Step:
    """What one reader has read, and where the next one goes on."""

    end: int
    found: tuple[Found, ...] = ()
    doubts: tuple[Doubt, ...] = ()


Reader = Callable[[Words, int, Context], Step | None]


def plan_year(plan_start: date | None, issued: date | None) -> int | None:
    """The year of dates that name none: the plan's, else the year of issue, from October on the next one."""
    if plan_start:
        return plan_start.year
    if issued:
        return issued.year + (issued.month >= 10)
    return None


def parse_timing(text: str, plan_start: date | None, issued: date | None) -> Readings:
    """Every due date and cycle in the value of a time label, and what a person must decide about it.

    The words of each timing are a part of the text in its composed form (NFC).
    """
    text = unicodedata.normalize("NFC", text)
    context = Context(plan_year(plan_start, issued), issued)
    words, hidden = _without_others(Words(text, readable(text)))
    found, doubts, read = _scan(words, context)
    settled = list(_settle(words, found, context))
    timings = [_under_way(one.timing, plan_start, issued) for one in settled]
    doubts += [Doubt(TWO_READINGS, "timings", one.timing.text) for one in settled if one.unsure]
    doubts += _backwards(timings)
    doubts += _unread(words, read, bool(timings or doubts or hidden))
    return timings, list(dict.fromkeys(doubts))


def _backwards(timings: list[TimingDraft]) -> list[Doubt]:
    ends = [one for one in timings if one.start and one.due and one.due < one.start]
    return [Doubt("end-before-start", "timings", one.text) for one in ends]


def _under_way(timing: TimingDraft, plan_start: date | None, issued: date | None) -> TimingDraft:
    """A plan that is issued in the course of its first year asks for nothing before: cycles shorter than a
    year start with the first period that ends after the issue.
    """
    if not (timing.every and timing.every != "year" and timing.start and timing.due and issued):
        return timing
    late = plan_start and (issued.year, issued.month) > (plan_start.year, plan_start.month)
    if not late or timing.start.year != issued.year:
        return timing
    while timing.due and timing.start and timing.due < issued:
        timing = _next_period(timing)
    return timing


def _next_period(timing: TimingDraft) -> TimingDraft:
    assert timing.start
    assert timing.due
    assert timing.every
    if timing.every == "week":
        week = timedelta(days=7)
        return replace(timing, start=timing.start + week, due=timing.due + week)
    months = CYCLE_MONTHS[timing.every]
    anchor = timing.printed or timing.due
    last = not timing.printed and anchor == month_end(anchor.year, anchor.month)
    moved = _add_months(anchor, months)
    moved = month_end(moved.year, moved.month) if last else moved
    due = moved - ONE_DAY if timing.printed else moved
    printed = moved if timing.printed else None
    return replace(timing, start=_add_months(timing.start, months), due=due, printed=printed)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_end(year, month + 1).day))


# --- the text, made ready ---

# A figure of a date in which scanning has put letters: 3O/6, l5/11, 2O24.
MIXED = re.compile(r"(?<![a-z0-9])(?<!quy )(?<!qui )[oli]{0,2}\d[oli\d]{0,3}(?![a-z0-9])")
FIGURES = str.maketrans("oli", "011")


def readable(text: str) -> str:
    """Folded text of the same length in which letters read for figures are figures again (3O/6, l5/11)."""
    return MIXED.sub(lambda match: match[0].translate(FIGURES), same_length_fold(text))


def _without_others(words: Words) -> tuple[Words, bool]:
    """The words with everything hidden that only looks like time; whether something was."""
    folded = words.folded
    for rule in HIDDEN:
        folded = _hide(rule, words.text, folded)
    return Words(words.text, folded), folded != words.folded


def _hide(rule: Shape, text: str, folded: str) -> str:
    kept: list[str] = []
    place = 0
    for match in rule.pattern.finditer(folded):
        if rule is CITATION and not text[match.start("sign")].isupper():
            continue
        begin, end = match.span("no") if match.re.groupindex.get("no") and match["no"] else match.span()
        kept += [folded[place:begin], "~" * (end - begin)]
        place = end
    return "".join([*kept, folded[place:]])


# --- from left to right ---

WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]")


def _scan(words: Words, context: Context) -> tuple[list[Found], list[Doubt], list[tuple[int, int]]]:
    """What is found, what is doubted, and the stretches that were read."""
    found: list[Found] = []
    doubts: list[Doubt] = []
    read: list[tuple[int, int]] = []
    begin = _next_word(words, 0)
    while begin < len(words.folded):
        step = _step_at(words, begin, context)
        if step:
            found += step.found
            doubts += step.doubts
            read.append((begin, step.end))
        begin = _next_word(words, max(step.end if step else 0, begin + 1))
    return found, doubts, read


def _next_word(words: Words, place: int) -> int:
    match = WORD.search(words.folded, place)
    return match.start() if match else len(words.folded)


def _step_at(words: Words, place: int, context: Context) -> Step | None:
    try:
        return next((step for reader in READERS if (step := reader(words, place, context))), None)
    except BadDateError as bad:
        shown = words.cut(bad.begin, bad.end) if bad.end > bad.begin else words.cut(place, place + 20)
        return Step(max(bad.end, place + 1), doubts=(Doubt("invalid-date", "timings", shown.strip()),))


def _unread(words: Words, read: list[tuple[int, int]], explained: bool) -> list[Doubt]:
    """Words of time that no rule has read; or the whole text, where nothing in it means anything."""
    place = 0
    for begin, end in [*read, (len(words.folded), len(words.folded))]:
        if trace := TRACE.pattern.search(words.folded[place:begin]):
            return [Doubt("unread-time", "timings", words.cut(place + trace.start(), begin).strip())]
        place = max(place, end)
    silent = not read and not explained and bool(words.text.strip())
    return [Doubt("unread-time", "timings", words.text)] if silent else []


# --- dated pieces of time ---


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
    second = _one(words, joint.end(), nearby, True) or _bare(words, joint.end(), first)
    if second is None:
        return None
    start, last = first.first, _edge(joint["edge"], second)
    if second.dated and not first.dated:
        start = _in_year(start, second.first.year)
    if last < start and not second.dated:
        last = _in_year(last, start.year + 1)
    if last < start and not first.dated:
        start = _in_year(start, last.year - 1)
    soft = first.soft or second.soft or joint["edge"] in ("dau", "giua", "cuoi")
    unsure = first.unsure or second.unsure
    dated = first.dated or second.dated
    return Piece(start, last, first.begin, second.end, "span", dated, soft, unsure)


def _edge(word: str | None, second: Piece) -> date:
    """The end of a range: `đến hết`, `đến trước`, `đến giữa`."""
    if word == "truoc":
        return second.first - ONE_DAY
    return soft_end(word, second) if word in ("dau", "giua", "cuoi") else second.last


def _one(words: Words, at: int, context: Context, led: bool) -> Piece | None:
    found = pieces_at(Place(words.text, words.folded, at, context.year, led))
    return found[0] if len(found) == 1 else None


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, month_end(year, day.month).day))


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
    return replace(piece, first=_in_year(piece.first, year), last=_in_year(piece.last, year), dated=True)


def _same_kind(words: Words, at: int, like: Piece, context: Context) -> Piece | None:
    nearby = replace(context, year=like.first.year) if like.dated else context
    got = _one(words, at, nearby, False)
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


def _read_programme(words: Words, place: int, context: Context) -> Step | None:
    """Years that belong to a name before them: `nông thôn mới giai đoạn 2021-2025`."""
    match = PROGRAMME.pattern.match(words.folded, place)
    if not match or BEFORE_SPAN.pattern.search(words.folded[max(0, place - NEAR) : place]):
        return None
    return Step(match.end())


def _read_dated(words: Words, place: int, context: Context) -> Step | None:
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
        found = [_each_year(one, context) for one in found]
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


def _each_year(one: Found, context: Context) -> Found:
    """A dated timing that comes back: it starts with the plan's year unless it names its own days."""
    start = one.timing.start or (date(one.timing.due.year, 1, 1) if one.timing.due else context.begin)
    if one.timing.due and not one.dated and context.begin and not one.timing.start:
        start = context.begin
    timing = replace(one.timing, start=start, every="year", ongoing=False)
    if timing.due is None and start:
        timing = replace(timing, due=month_end(start.year, 12), bound=None)
    # Work that comes back in a span of years ends with them, which a cycle cannot say.
    years = bool(one.timing.start and timing.due and timing.due.year > one.timing.start.year + 1)
    return replace(one, timing=timing, unsure=one.unsure or years)


# --- cycles ---


def _first_due(every: str, start: date) -> date:
    return start + timedelta(days=6) if every == "week" else _months_end(start, CYCLE_MONTHS[every])


def _months_end(start: date, months: int) -> date:
    last = _add_months(start, months - 1)
    return month_end(last.year, last.month)


def _cycle(words: Words, begin: int, end: int, unit: str, context: Context) -> Found:
    unit = re.sub(r"^0", "", " ".join(unit.split()).replace("nan", "nam").replace("sau thang", "6 thang"))
    unit = re.sub(r"(?<=\d)(?=thang)", " ", unit)
    every = CYCLE_UNITS[unit]
    due = _first_due(every, context.begin) if context.begin else None
    if due and unit == "9 thang":
        due = month_end(due.year, 9)
    timing = TimingDraft(words.cut(begin, end), start=context.begin, due=due, every=every)
    return Found(timing, begin, end, "cycle", cycle=unit, group=begin)


def _read_cycle(words: Words, place: int, context: Context) -> Step | None:
    match = CYCLE.pattern.match(words.folded, place)
    if not match:
        return None
    unit = match["unit"] or match["named"] or match["half"] or match["opened"]
    first = _cycle(words, place, match.end(), unit, context)
    first = replace(first, unsure=_misread(words, first) or bool(match["half"]))
    if match["times"] and _number(match["times"]) != 1:
        first = _several_times(first, _number(match["times"]), context)
    if match["edge"] and first.timing.start and first.timing.due:
        first = _at_edge(first, match["edge"])
    found = _more_cycles(words, first, context)
    if match["opened"] or len(found) == 1:
        return Step(found[-1].end, tuple(found))
    # A list of periods that are reported on: once a year for `9 tháng`; for `6 tháng` nobody can say.
    nine = any(one.cycle == "9 thang" for one in found)
    return Step(found[-1].end, tuple(replace(one, unsure=one.unsure or nine) for one in found))


def _misread(words: Words, one: Found) -> bool:
    """`Hàng năn` is read as `năm`, but somebody should look."""
    return "nan" in words.folded[one.begin : one.end].split()


def _number(word: str) -> int:
    return int(word) if word.isdigit() else SMALL_NUMBERS.get(word, 0)


def _several_times(one: Found, times: int, context: Context) -> Found:
    """`mỗi năm 02 lần`: nearly always halves of the year, but nobody says so."""
    every = one.timing.every or ""
    shorter = BY_MONTHS.get(CYCLE_MONTHS.get(every, 0) // times) if times else None
    if not shorter or not context.begin or CYCLE_MONTHS[every] % times:
        return replace(one, timing=TimingDraft(one.timing.text), role="words", unsure=True)
    due = _first_due(shorter, context.begin)
    return replace(one, timing=replace(one.timing, every=shorter, due=due), unsure=True)


def _at_edge(one: Found, edge: str) -> Found:
    """`cuối mỗi quý`, `đầu mỗi tháng`."""
    assert one.timing.start
    assert one.timing.due
    assert one.timing.every
    kind = {"half-year": "half", "week": "part"}.get(one.timing.every, one.timing.every)
    piece = Piece(one.timing.start, one.timing.due, one.begin, one.end, kind)
    return replace(one, timing=replace(one.timing, due=soft_end(edge, piece), soft=True))


def _more_cycles(words: Words, first: Found, context: Context) -> list[Found]:
    found = [first]
    while more := NEXT_CYCLE.pattern.match(words.folded, found[-1].end):
        # `hằng quý, năm (trước ngày …)`: each goes on by itself; the joining comes later.
        begin = more.start("unit")
        found.append(_cycle(words, begin, more.end(), more["unit"], context))
    return found


def _read_frequency(words: Words, place: int, context: Context) -> Step | None:
    match = FREQUENCY.pattern.match(words.folded, place)
    if not match:
        return None
    end = match.end()
    every, unsure = _rhythm(match)
    text = words.cut(place, end)
    if every is None:
        found = Found(TimingDraft(text), place, end, "words", unsure=True)
    else:
        due = _first_due(every, context.begin) if context.begin else None
        timing = TimingDraft(text, start=context.begin, due=due, every=every)
        found = Found(timing, place, end, "cycle", cycle=every, group=place, unsure=unsure)
    return Step(end, (found,))


def _rhythm(match: re.Match[str]) -> tuple[str | None, bool]:
    """How often, as far as the contract can say it: every two years has no word there."""
    times, per = _number(match["times"] or "1"), match["per"] or match["unit"]
    count = _number(match["n"] or "1")
    if per == "tuan":
        return ("week" if times == count == 1 else None), times != 1
    months = UNIT_MONTHS[per.replace("qui", "quy")] * count
    if not times or months % times:
        return None, True
    return BY_MONTHS.get(months // times), times != 1


WHICH_MONTH = {"dau": 0, "giua": 1, "cuoi": 2}


def _read_day_of_cycle(words: Words, place: int, context: Context) -> Step | None:
    """A day that comes back each month, or in a certain month of each quarter."""
    match = DAY_OF_CYCLE.pattern.match(words.folded, place)
    if not match or not context.begin:
        return None
    every, month, unsure = _month_of_cycle(match)
    found = []
    for number in re.findall(r"\d+", match["days"] or "0"):
        printed = _printed_day(match, _add_months(context.begin, month), int(number))
        found.append(_cyclic(words, match, printed, every, context))
    end = match.end() + _closing(words, match.start(), match.end())
    unsure = unsure or bool(match["working"])
    return Step(end, tuple(_to(words, one, end, unsure) for one in found))


def _closing(words: Words, begin: int, end: int) -> int:
    """1 where the words have opened a bracket that is closed just behind them."""
    return int("(" in words.text[begin:end] and words.text[end : end + 1] == ")")


def _to(words: Words, one: Found, end: int, unsure: bool) -> Found:
    timing = replace(one.timing, text=words.cut(one.begin, end))
    return replace(one, timing=timing, end=end, unsure=one.unsure or unsure)


def _month_of_cycle(match: re.Match[str]) -> tuple[str, int, bool]:
    """The cycle, the month counted from its start, and whether the month is a guess."""
    if match["which"]:
        word = match["which"].split()
        which = WHICH_MONTH.get(word[0], _number(word[-1]) - 1)
        return "quarter", max(0, min(which, 2)) + (3 if match["next_quarter"] else 0), False
    if match["every_quarter"] or (match["cycle"] or "").startswith("qu"):
        guess = match["edge"] is None
        return "quarter", 0 if match["edge"] == "dau" else 2, guess
    return "month", 1 if match["next_month"] else 0, False


def _printed_day(match: re.Match[str], month: date, number: int) -> date:
    if match["edge"]:
        return month if match["edge"] == "dau" else month_end(month.year, month.month)
    if not 1 <= number <= month_end(month.year, month.month).day:
        raise BadDateError(match.start(), match.end())
    return month.replace(day=number)


def _cyclic(words: Words, match: re.Match[str], printed: date, every: str, context: Context) -> Found:
    before = match["bound"] == "truoc"
    timing = TimingDraft(
        words.cut(match.start(), match.end()),
        start=context.begin,
        due=printed - ONE_DAY if before else printed,
        every=every,
        bound="before" if before else "by" if match["bound"] else None,
        printed=printed if before else None,
    )
    return Found(timing, match.start(), match.end(), "dated", "cyclic", group=match.start())


def _read_day_of_week(words: Words, place: int, context: Context) -> Step | None:
    match = DAY_OF_WEEK.pattern.match(words.folded, place)
    if not match or not context.begin:
        return None
    weekday = WEEKDAYS["chu nhat" if match["sunday"] else match["weekday"]]
    # The first such day of the plan; its week begins with the plan.
    day = context.begin + timedelta(days=(weekday - context.begin.weekday()) % 7)
    before = match["bound"] == "truoc" and not match["clock"]
    end = match.end() + _closing(words, place, match.end())
    timing = TimingDraft(
        words.cut(place, end),
        start=context.begin,
        due=day - ONE_DAY if before else day,
        every="week",
        bound="before" if before else None,
        printed=day if before else None,
    )
    return Step(end, (Found(timing, place, end, "dated", "cyclic", group=place),))


# --- work that runs, waits, or is done when needed ---


def _plain(rule: Shape, role: str, **values: bool | str) -> Reader:
    """A reader of words that mean the same wherever they stand."""

    def reader(words: Words, place: int, context: Context) -> Step | None:
        match = rule.pattern.match(words.folded, place)
        if not match:
            return None
        timing = TimingDraft(words.cut(place, match.end()))
        return Step(match.end(), (Found(replace(timing, **values), place, match.end(), role),))  # type: ignore[arg-type]

    return reader


def _read_adhoc(words: Words, place: int, context: Context) -> Step | None:
    match = ADHOC.pattern.match(words.folded, place)
    if not match or (match["event"].startswith("yeu cau") and not match[0].startswith("theo")):
        return None
    awaits = words.cut(*match.span("event")).rstrip(" ,")
    label = "đột xuất" if "dot xuat" in match[0] else None
    end = match.start("event") + len(awaits)
    timing = TimingDraft(words.cut(place, end), label=label, awaits=awaits)
    return Step(end, (Found(timing, place, end, "adhoc"),))


# `trước khi khai mạc ít nhất 07 ngày`
DAYS_AHEAD = re.compile(
    r"(?<=\S)\s+(?:(?:it nhat|toi thieu|truoc)\s+)?(?P<n>\d{1,3})\s+(?P<unit>ngay|tuan|thang)"
    r"(?P<working>\s+lam\s+viec)?\s*$"
)
YEARLY_EVENT = re.compile(r"(?:hang|moi)\s+(nam|quy|thang|tuan)\s*$")


def _read_event(words: Words, place: int, context: Context) -> Step | None:
    match = EVENT.pattern.match(words.folded, place)
    if not match:
        return None
    group = next(name for name in ("guide", "clause", "happening", "beside") if match[name])
    if group == "clause" and OWN_ISSUE.pattern.match(words.folded, match.start("clause")):
        return _after_own_issue(words, match, context)
    awaits = words.cut(*match.span(group)).rstrip(" ,")
    end = match.start(group) + len(awaits)
    timing = TimingDraft(words.cut(place, end), awaits=awaits, soft=bool(match["feast"]))
    if match["when"] and match["when"].startswith("truoc") and (back := DAYS_AHEAD.search(match[group])):
        event = awaits[: back.start()].rstrip(" ,")
        timing = replace(timing, awaits=event, bound="before", offset=_offset(back, event, -1))
    every = YEARLY_EVENT.search(match[group])
    if every and group == "guide" and context.begin:
        cycle = CYCLE_UNITS[every[1]]
        timing = replace(timing, start=context.begin, due=_first_due(cycle, context.begin), every=cycle)
    return Step(end, (Found(timing, place, end, "event", unsure=bool(match["feast"])),))


def _after_own_issue(words: Words, match: re.Match[str], context: Context) -> Step:
    """`ngay sau khi Kế hoạch được ban hành`: the day is known, but not how long it may take."""
    text = words.cut(match.start(), match.end()).rstrip(" ,")
    end = match.start() + len(text)
    awaits = None if context.issued else words.cut(match.start("clause"), end)
    timing = TimingDraft(text, start=context.issued, awaits=awaits, bound="from")
    found = Found(timing, match.start(), end, "event")
    return Step(end, (found,), (Doubt(VAGUE_TIME, "timings", text),))


def _read_since_issue(words: Words, place: int, context: Context) -> Step | None:
    match = SINCE_ISSUE.pattern.match(words.folded, place)
    if not match:
        return None
    awaits = None if context.issued else words.cut(place, match.end())
    timing = TimingDraft(
        words.cut(place, match.end()), start=context.issued, ongoing=True, awaits=awaits, bound="from"
    )
    return Step(match.end(), (Found(timing, place, match.end(), "dated", "issue", True),))


OFFSET_UNITS = {"ngay": "day", "tuan": "week", "thang": "month", "nam": "year", "gio": "hour"}


def _read_offset(words: Words, place: int, context: Context) -> Step | None:
    match = OFFSET.pattern.match(words.folded, place)
    if not match:
        return None
    event = words.cut(*match.span("event")).rstrip(" ,")
    end = match.start("event") + len(event)
    if not event:
        return None
    offset = _offset(match, event, 1)
    timing = TimingDraft(words.cut(place, end), awaits=event, bound="within", offset=offset)
    due = _counted(context.issued, offset)
    own = OWN_ISSUE.pattern.match(words.folded, match.start("event"))
    if context.issued and due and own:
        timing = replace(timing, start=context.issued + ONE_DAY, due=due, awaits=None)
    # `sau 10 ngày kể từ ngày ký` may mean within ten days, or from the tenth day on.
    after = bool(timing.due) and match["within"] == "sau"
    return Step(end, (Found(timing, place, end, "event", unsure=after),))


def _offset(match: re.Match[str], event: str, sign: int) -> Offset:
    unit = "working-day" if match["working"] else OFFSET_UNITS[match["unit"]]
    return Offset(sign * int(match["n"]), unit, event)


def _counted(day: date | None, offset: Offset) -> date | None:
    """The day at a distance. Working days need the work calendar, which the reader does not have."""
    if day is None or offset.unit in ("working-day", "hour"):
        return None
    if offset.unit in ("month", "year"):
        return _add_months(day, offset.n * (12 if offset.unit == "year" else 1))
    return day + timedelta(days=offset.n * (7 if offset.unit == "week" else 1))


def _read_ahead(words: Words, place: int, context: Context) -> Step | None:
    """`chậm nhất 10 ngày trước ngày tổ chức`: a distance back from an event, or from a printed day."""
    match = AHEAD.pattern.match(words.folded, place)
    event = words.cut(*match.span("event")).rstrip(" ,") if match else ""
    if not match or not event:
        return None
    end = match.start("event") + len(event)
    offset = _offset(match, event, -1)
    timing = TimingDraft(words.cut(place, end), awaits=event, bound="before", offset=offset)
    printed = _one(words, match.start("event"), context, True)
    if printed and not match["lead"]:
        return None  # `6 tháng trước ngày 10/5`: the half-year is reported on, no distance
    due = _counted(printed.first, offset) if printed else None
    if printed and due:
        end = printed.end
        timing = replace(timing, text=words.cut(place, end), due=due, awaits=None)
    return Step(end, (Found(timing, place, end, "event"),))


def _read_milestone(words: Words, place: int, context: Context) -> Step | None:
    """`sơ kết 6 tháng`: due with the end of the period that it sums up."""
    match = MILESTONE.pattern.match(words.folded, place)
    year = int(match["y"]) if match and match["y"] else context.year
    if not match or not year:
        return None
    length = _number(match["n"]) if match["n"] else 12
    month = 12 if match["part"] == "cuoi" else length
    label = words.cut(*match.span("label"))
    timing = TimingDraft(words.cut(place, match.end()), label=label, due=month_end(year, month))
    return Step(match.end(), (Found(timing, place, match.end(), "dated", "milestone", bool(match["y"])),))


def _read_doubtful(words: Words, place: int, context: Context) -> Step | None:
    """Words that speak of time without saying when."""
    if match := BLANK_FORM.pattern.match(words.folded, place) or VAGUE.pattern.match(words.folded, place):
        text = words.cut(place, match.end())
        return Step(match.end(), doubts=(Doubt(VAGUE_TIME, "timings", text),))
    if match := SCHOOL_YEAR.pattern.match(words.folded, place):
        found = Found(TimingDraft(words.cut(place, match.end())), place, match.end(), "words", unsure=True)
        return Step(match.end(), (found,))
    match = MANNER.pattern.match(words.folded, place)
    return Step(match.end()) if match else None


READERS: tuple[Reader, ...] = (
    _read_doubtful,
    _read_since_issue,
    _read_offset,
    _read_ahead,
    _read_adhoc,
    _read_day_of_cycle,
    _read_day_of_week,
    _read_frequency,
    _read_cycle,
    _plain(ALWAYS, "always", ongoing=True),
    _read_milestone,
    _read_programme,
    _read_dated,
    _read_event,
    _plain(PERIODICALLY, "words", label="định kỳ"),
)


# --- what neighbours make of one another ---


def _settle(words: Words, found: list[Found], context: Context) -> Iterator[Found]:
    """Join a cycle with its date, an event with what awaits it, and name what tells several apart."""
    settled: list[Found] = []
    for one in found:
        if not settled:
            settled.append(one)
            continue
        before = settled[-1]
        gap = words.folded[before.end : one.begin]
        if before.over and one.group == before.group:
            settled.append(_dated_cycle(words, before.over, one))
            continue
        settled[-1:] = _join(words, before, one, gap, context) or [before, one]
    return _labelled(words, _all_yearly(words, settled, context))


FILLING = r"(?:(?:vao|hoan thanh|xong|gui|bao cao|nop|trinh|la|trong nam|trong|nhung|phai)\s+)*"
CLOSE = re.compile(rf"[\s,:(]*{FILLING}[\s(]*$")
OPENED = re.compile(r"[\s(]*$")
REPORT_ON = re.compile(
    r"(?:bao\s+cao|so\s+lieu|ket\s+qua|tinh\s+hinh|cong\s+tac)(?:\s+(?:dinh\s+ky|so\s+ket))?\s+$"
)
SPANS = ("month", "quarter", "half", "year", "span")


def _join(words: Words, before: Found, one: Found, gap: str, context: Context) -> list[Found] | None:
    """What two findings make together; None where each stands for itself."""
    if len(gap) > NEAR:
        return None
    close = bool(CLOSE.match(gap))
    joined: Found | None = None
    match before.role, one.role:
        case "dated", "cycle":
            joined = _returning(before, one, gap, context)
            joined = joined or (_cycle_within(words, before, one) if close else None)
        case "dated", "dated" if close:
            joined = _two_dated(words, before, one)
        case "cycle", "dated" if close:
            joined = _dated_cycle(words, before, one)
        case "dated" | "cycle", "event" if close and not one.timing.due:
            joined = _awaiting(before, one)
        case "event", "dated" if close and one.timing.due and not before.timing.due:
            joined = _awaited(words, before, one)
        case _:
            pass
    return [joined] if joined else _with_always(words, before, one, gap)


def _two_dated(words: Words, before: Found, one: Found) -> Found | None:
    """Two dated findings that are one timing: what is due and its day, a cycle and its first year."""
    if before.kind == "issue" and before.timing.start and _ends_by_day(one):
        text = words.cut(before.begin, one.end)
        return replace(one, timing=replace(one.timing, text=text, start=before.timing.start))
    if before.kind == "milestone" and _ends_by_day(one):
        text = words.cut(before.begin, one.end + _closing(words, before.begin, one.end))
        return replace(one, timing=replace(one.timing, text=text, label=before.timing.label))
    if _is_named(before) and _ends_by_day(one):
        return _named_day(words, before, one)
    years = one.dated and one.kind == "year" and one.timing.bound == "from" and one.timing.start
    if years and before.timing.every == "year" and before.timing.due and before.timing.start:
        return _from_year(words, before, one)
    return None


def _from_year(words: Words, before: Found, one: Found) -> Found:
    """`Quý IV hằng năm (bắt đầu từ năm 2026)`."""
    timing, first = before.timing, one.timing.start
    assert timing.start
    assert timing.due
    assert first
    due = _in_year(timing.due, first.year + timing.due.year - timing.start.year)
    printed = due + ONE_DAY if timing.printed else None
    end = one.end + _closing(words, before.begin, one.end)
    text = words.cut(before.begin, end)
    timing = replace(timing, text=text, start=_in_year(timing.start, first.year), due=due, printed=printed)
    return replace(before, timing=timing, end=end, dated=True)


REPORT_NAME = re.compile(r"\s*\(\s*(?:(?:bao cao|so ket|dinh ky|ky|lan)\s+)*$")
BRACKETED = re.compile(r"\s*\([^()]{0,60}\)\s*,?\s*$")


def _returning(before: Found, one: Found, gap: str, context: Context) -> Found | None:
    """`trước ngày 15/6 (báo cáo 6 tháng)` names the report; `trước 15/12 (báo cáo năm) hằng năm` comes back."""
    if not _ends_by_day(before) or before.timing.every:
        return None
    if REPORT_NAME.match(gap):
        return replace(before, timing=replace(before.timing, label=CYCLE_LABELS.get(one.cycle)))
    if BRACKETED.match(gap) and one.cycle == "nam" and not before.dated:
        return _each_year(before, context)
    return None


def _with_always(words: Words, before: Found, one: Found, gap: str) -> list[Found] | None:
    """`thường xuyên` beside a span or a cycle is bounded by it."""
    if one.role == "always" and before.role in ("dated", "cycle") and OPENED.match(gap):
        return [before]
    if before.role == "always" and one.role in ("dated", "cycle") and re.match(r"(?:\s|trong|tu)*\(?$", gap):
        text = words.cut(before.begin, one.end + _closing(words, before.begin, one.end))
        return [replace(one, timing=replace(one.timing, text=text), begin=before.begin)]
    # `Hằng năm (định kỳ, đột xuất)`, `định kỳ (hằng năm)`: the word says what the cycle says.
    if one.role == "words" and before.role == "cycle" and one.timing.label and CLOSE.match(gap):
        return [replace(before, timing=replace(before.timing, label="định kỳ"))]
    if before.role == "words" and before.timing.label and one.role == "cycle" and OPENED.match(gap):
        return [one]
    return None


def _awaiting(before: Found, one: Found) -> Found:
    return replace(before, timing=replace(before.timing, awaits=one.timing.awaits), end=one.end)


def _awaited(words: Words, event: Found, one: Found) -> Found:
    text = words.cut(event.begin, one.end)
    return replace(one, timing=replace(one.timing, text=text, awaits=event.timing.awaits), begin=event.begin)


def _ends_by_day(one: Found) -> bool:
    return one.role == "dated" and one.kind == "day" and one.timing.bound in ("before", "by")


def _is_named(one: Found) -> bool:
    return one.kind in SPANS and bool(one.timing.start and one.timing.due) and not one.timing.every


def _named_day(words: Words, named: Found, one: Found) -> Found:
    """`báo cáo năm 2018 trước ngày 20/11/2018`: the period names what is due, the day says when. Elsewhere
    the period may be the time of the work, and its end is the day.
    """
    text = words.cut(named.begin, one.end + _closing(words, named.begin, one.end))
    report = REPORT_ON.search(words.folded[max(0, named.begin - NEAR) : named.begin])
    gap = words.folded[named.end : one.begin]
    about = report or named.kind == "year" or re.search(r"gui|bao cao|nop|trinh", gap)
    label = "năm" if named.kind == "year" else named.timing.text
    if about:
        return replace(one, timing=replace(one.timing, text=text, label=label), begin=named.begin)
    timing = replace(one.timing, text=text, start=named.timing.start)
    inside = timing.due and timing.start and timing.start <= timing.due
    timing = timing if inside else replace(timing, start=None)
    return replace(one, timing=timing, begin=named.begin, unsure=True)


def _dated_cycle(words: Words, cycle: Found, one: Found) -> Found:
    """A cycle with the date that it is due on."""
    if one.kind == "cyclic":
        text = words.cut(cycle.begin, one.end)
        return replace(one, timing=replace(one.timing, text=text), begin=cycle.begin)
    if one.timing.due is None or (one.kind in ("year", "span") and one.dated):
        return _started(words, cycle, one)
    end = one.end + _closing(words, cycle.begin, one.end)
    text = words.cut(min(cycle.begin, one.begin), end)
    label = CYCLE_LABELS.get(cycle.cycle)
    if one.dated and one.kind == "day":
        timing = replace(one.timing, text=text, label=label, start=None)
    else:
        # A day and a month come back once a year, whatever the report is called after.
        start = one.timing.start or cycle.timing.start
        timing = replace(one.timing, text=text, label=label, start=start, every="year", ongoing=False)
    return replace(one, timing=timing, begin=cycle.begin, end=end, cycle=cycle.cycle, over=cycle)


def _started(words: Words, cycle: Found, one: Found) -> Found:
    """`hằng năm từ năm 2025`, `hằng năm, giai đoạn 2026 - 2030`: the years say when the cycle begins; that
    it ends, a cycle cannot say.
    """
    begin, end = min(cycle.begin, one.begin), max(cycle.end, one.end)
    end += _closing(words, begin, end)
    start, every = one.timing.start, cycle.timing.every
    timing = replace(cycle.timing, text=words.cut(begin, end))
    if start and every:
        timing = replace(timing, start=start, due=_first_due(every, start))
    return replace(
        cycle, timing=timing, begin=begin, end=end, unsure=cycle.unsure or one.timing.due is not None
    )


def _cycle_within(words: Words, before: Found, cycle: Found) -> Found | None:
    """`giai đoạn 2026 - 2030, hằng năm`, `Từ năm 2025, hằng quý`."""
    years = before.kind in ("year", "span") and before.dated and before.timing.start
    if not years or before.timing.every:
        return None
    return _started(words, cycle, before)


def _all_yearly(words: Words, found: list[Found], context: Context) -> list[Found]:
    """`đầu tháng 3 và cuối tháng 9 hằng năm`: what is said last holds for the whole list."""
    out = list(found)
    for place in range(len(out) - 1, 0, -1):
        before, one = out[place - 1], out[place]
        gap = words.folded[before.end : one.begin]
        listed = re.fullmatch(r"\s*(?:\([^()]{0,60}\))?\s*(?:,|va|,\s*va)\s*", gap)
        if (
            listed
            and one.timing.every == "year"
            and one.role == before.role == "dated"
            and _may_return(before)
        ):
            out[place - 1] = _each_year(before, context)
    return out


def _may_return(one: Found) -> bool:
    return not one.dated and not one.timing.every and one.timing.due is not None


COLON_LABEL = re.compile(r"(?:^|[;.\n])\s*(?P<label>[^;.:\n]{3,60}?)\s*:\s*$")
TIME_LABEL = re.compile(r"thoi\s+(?:gian|han|diem)|tien\s+do|han\s|ky\s+han")


def _labelled(words: Words, found: list[Found]) -> Iterator[Found]:
    """The words before a timing that tell it from the others: `Sơ kết vào …`, `Thực hiện: Quý III`."""
    place = 0
    for one in found:
        label = None if one.timing.label else _label_before(words, place, one, len(found) > 1)
        place = max(place, one.end)
        if not label:
            yield one
            continue
        begin, end = label
        adjacent = re.fullmatch(r"[\s,:(]*(?:vao\s+)?", words.folded[end : one.begin])
        text = words.cut(begin, one.end) if adjacent else one.timing.text
        yield replace(one, timing=replace(one.timing, label=words.cut(begin, end), text=text))


def _label_before(words: Words, place: int, one: Found, several: bool) -> tuple[int, int] | None:
    begin = max(place, one.begin - 2 * NEAR)
    named = list(LABEL.pattern.finditer(words.folded, begin, max(begin, one.begin)))
    if named:
        return named[-1].span("label")
    colon = COLON_LABEL.search(words.folded[begin : one.begin]) if several else None
    if not colon or TIME_LABEL.match(colon["label"]):
        return None
    return begin + colon.start("label"), begin + colon.end("label")
