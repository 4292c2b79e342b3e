"""Duties to report in sentences: a paragraph in, what is to be sent, by whom, to whom and when out.

Only a date or a cycle makes a report; `định kỳ báo cáo` alone makes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.drafts.model import Doubt, Source, TaskDraft, TimingDraft
from tracker.parsing.pieces import cut, trim
from tracker.parsing.prose import Clock, Timed, sentences, timed
from tracker.parsing.rules.letters import UP
from tracker.parsing.rules.prose import (
    CLAUSE_END,
    CYCLE_IN_PROSE,
    DATED_REPORT,
    DESTINATION,
    PAPER_SENT,
    PURPOSE,
    PURPOSE_LIST,
    REPORTS,
    SENDS,
    SENT_THROUGH,
    TITLE_VERB,
)
from tracker.parsing.timings import readable
from tracker.parsing.who import subject, units

# Longer titles hold more than what is sent.
LONG_TITLE = 25
GOES_ON = re.compile(rf",\s+[{UP}]")
PRINTED_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Report:
    """A duty to send something to somebody by a date. `recipient` is None where nobody is named."""

    title: Source
    senders: tuple[Source, ...]
    recipient: str | None
    timings: Timed
    doubts: tuple[Doubt, ...]


def reports_in(paragraph: Source, clock: Clock) -> list[Report]:
    return [report for one in sentences(paragraph) for report in _reports_of(one, clock)]


def _reports_of(sentence: Source, clock: Clock) -> list[Report]:
    """The reports of a sentence: one for each clause that says all of it, else one for the whole."""
    whole = report_in(sentence, clock)
    if whole is None or ";" not in sentence.text:
        return [whole] if whole else []
    found = [report for clause in _clauses(sentence) if (report := report_in(clause, clock))]
    if sum(len(report.timings) for report in found) != len(whole.timings):
        return [whole]
    return [_sent_by(report, whole) for report in found]


def _sent_by(clause: Report, whole: Report) -> Report:
    """A list of senders may hold semicolons as well: then the clause has only the last of them."""
    names = {one.text for one in whole.senders}
    known = all(one.text in names for one in clause.senders)
    return replace(clause, senders=whole.senders if known else clause.senders)


def _clauses(sentence: Source) -> Iterator[Source]:
    begin = 0
    for mark in re.finditer(r";\s*", sentence.text):
        yield cut(sentence, begin, mark.start())
        begin = mark.end()
    yield cut(sentence, begin, len(sentence.text))


def report_in(sentence: Source, clock: Clock) -> Report | None:
    """The report that a sentence asks for: a verb of sending, somebody to send to, and a date or a cycle."""
    folded = readable(sentence.text)
    if not REPORTS.pattern.search(folded):
        return None
    target = _target(sentence.text)
    if target is None and not DATED_REPORT.pattern.search(folded):
        return None
    dates, doubts = _report_dates(sentence, folded, clock)
    if not any(timing.due for _, timing in dates):
        return None
    first_date = min(one.start for one, _ in dates) - sentence.start
    if target is None:
        return Report(_said(sentence, first_date), subject(sentence), None, dates, tuple(doubts))
    if PURPOSE_LIST.search(sentence.text[: target.start()]) and not any(one.bound for _, one in dates):
        return None
    recipient = recipient_of(sentence, target)
    title = _report_title(sentence, target, first_date)
    return Report(title, subject(sentence), recipient, dates, tuple(doubts)) if recipient else None


def _target(text: str) -> re.Match[str] | None:
    """To whom it goes: after a verb of sending before any other place; what is only the purpose is nobody."""
    found = [match for match in DESTINATION.finditer(text) if not PURPOSE.search(text[: match.start()])]
    return next((match for match in found if SENDS.match(match[0])), found[0] if found else None)


def _said(sentence: Source, first_date: int) -> Source:
    """The words from the verb up to the first date."""
    verb = TITLE_VERB.search(sentence.text)
    begin = verb.start() if verb and verb.start() < first_date else 0
    title = trim(cut(sentence, begin, first_date))
    return title if len(title.text.split()) >= 2 else trim(sentence)


def _report_dates(sentence: Source, folded: str, clock: Clock) -> tuple[Timed, list[Doubt]]:
    """The due dates of a report's sentence, each from its first word of time to its last."""
    found: Timed = []
    doubts: list[Doubt] = []
    for match in CYCLE_IN_PROSE.pattern.finditer(folded):
        got, unsure = timed(trim(cut(sentence, *match.span()), " ,;."), clock)
        found += [_once(one) for one in got if one[1].due]
        doubts += [doubt for doubt in unsure if doubt.code == "invalid-date"]
    return _one_cycle(found), doubts


def _one_cycle(found: Timed) -> Timed:
    """`hằng năm … trước ngày 20/11`: a bare cycle apart from the only day says how often that day comes."""
    bare = [timing for _, timing in found if timing.every and not timing.bound]
    days = [
        one for one in found if one[1].bound and not one[1].every and not PRINTED_YEAR.search(one[1].text)
    ]
    if len(found) != 2 or len(bare) != 1 or len(days) != 1:
        return found
    place, day = days[0]
    return [(place, replace(day, every="year", start=bare[0].start))]


def _once(one: tuple[Source, TimingDraft]) -> tuple[Source, TimingDraft]:
    """A report that carries its year is due once: it has no first day."""
    place, timing = one
    return place, timing if timing.every else replace(timing, start=None)


def recipient_of(sentence: Source, target: re.Match[str]) -> str:
    """To whom it goes, with `(qua …)`; a bracket that the writer forgot is closed."""
    named = units(cut(sentence, *target.span("unit")))
    if not named:
        return ""
    through = target["through"]
    whole_list = trim(cut(sentence, *target.span("unit"))).text
    if through:
        return f"{whole_list} (qua {through.strip()})"
    later = SENT_THROUGH.search(sentence.text, target.end())
    return f"{whole_list} {later[0].strip()}" if later else whole_list


def recipient_cut(task: TaskDraft, text: str) -> bool:
    """Whether the list of recipients may go on: a comma and a capital stand right behind it."""
    place = text.find(task.recipient or "\0")
    return place >= 0 and bool(GOES_ON.match(text, place + len(task.recipient or "")))


def _report_title(sentence: Source, target: re.Match[str], first_date: int) -> Source:
    """The clause that says what to send: up to the one to whom it goes, from the verb that begins it."""
    before = sentence.text[: target.start()]
    begin = 0
    for clause in CLAUSE_END.finditer(before):
        if len(before) - clause.end() >= 8:
            begin = clause.end()
    title = trim(cut(sentence, begin, target.start()))
    if len(title.text.split()) >= 2 and PAPER_SENT.find(title.text):
        return _from_verb(sentence, title, first_date)
    return _after_target(sentence, target, first_date)


def _from_verb(sentence: Source, title: Source, first_date: int) -> Source:
    """A long title begins with its subject and other duties: the verb of sending begins it, a date ends it."""
    verbs = [m.start() for m in TITLE_VERB.finditer(title.text)]
    if len(title.text.split()) <= LONG_TITLE or not verbs or not subject(title):
        return title
    begin = verbs[-1]
    end = first_date + sentence.start - title.start
    return trim(cut(title, begin, end if end > begin + 8 else len(title.text)))


def _after_target(sentence: Source, target: re.Match[str], first_date: int) -> Source:
    """`báo cáo UBND tỉnh kết quả thực hiện`: what is sent stands behind the one to whom it goes."""
    verb = [match.start() for match in TITLE_VERB.finditer(sentence.text, 0, target.start() + 8)]
    begin = verb[0] if verb else target.start()
    end = first_date if first_date > target.end() else len(sentence.text)
    title = trim(cut(sentence, begin, max(end, target.end())))
    return title if len(title.text.split()) >= 2 else trim(sentence)
