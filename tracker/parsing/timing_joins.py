"""What neighbours make of one another: a cycle and its day, a period and the report on it, a date and what it
awaits; and the names that tell several timings of one task apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tracker.parsing.rules.when import (
    LABEL,
)
from tracker.parsing.rules.when_pieces import (
    ONE_DAY,
)
from tracker.parsing.rules.when_words import (
    CYCLE_LABELS,
)
from tracker.parsing.timing_parts import NEAR, Context, Found, Words, closing, each_year, first_due, in_year


def settle(words: Words, found: list[Found], context: Context) -> Iterator[Found]:
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
        text = words.cut(before.begin, one.end + closing(words, before.begin, one.end))
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
    due = in_year(timing.due, first.year + timing.due.year - timing.start.year)
    printed = due + ONE_DAY if timing.printed else None
    end = one.end + closing(words, before.begin, one.end)
    text = words.cut(before.begin, end)
    timing = replace(timing, text=text, start=in_year(timing.start, first.year), due=due, printed=printed)
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
        return each_year(before, context)
    return None


def _with_always(words: Words, before: Found, one: Found, gap: str) -> list[Found] | None:
    """`thường xuyên` beside a span or a cycle is bounded by it."""
    if one.role == "always" and before.role in ("dated", "cycle") and OPENED.match(gap):
        return [before]
    if before.role == "always" and one.role in ("dated", "cycle") and re.match(r"(?:\s|trong|tu)*\(?$", gap):
        text = words.cut(before.begin, one.end + closing(words, before.begin, one.end))
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
    text = words.cut(named.begin, one.end + closing(words, named.begin, one.end))
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
    end = one.end + closing(words, cycle.begin, one.end)
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
    end += closing(words, begin, end)
    start, every = one.timing.start, cycle.timing.every
    timing = replace(cycle.timing, text=words.cut(begin, end))
    if start and every:
        timing = replace(timing, start=start, due=first_due(every, start))
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
            out[place - 1] = each_year(before, context)
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
