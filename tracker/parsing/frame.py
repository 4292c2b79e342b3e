"""Where the parts of a document lie: its paragraphs in; letterhead, title, opening, content, foot and annexes
out.

A decision that promulgates a plan carries the plan after its own foot: then the head ends with the plan's
title, and number, day and signer are still looked for in the decision above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.parsing.outline import marked
from tracker.parsing.pieces import EDGES, whole
from tracker.parsing.rules.heads import (
    ANNEX,
    ATTACHED,
    DECISION,
    DECISION_LINE,
    FURTHER_ANNEX,
    KIND_LINE,
    LONG_TITLE,
    OPENING,
    PLACE_LINE,
    PLAN_BEFORE_TITLE,
)
from tracker.parsing.rules.words import RECIPIENTS

# A title is longer than this only where it runs on into the opening.
TITLE_LENGTH = 600
# The kind of a document stands near its beginning; further down it is the title of an attachment.
LETTERHEAD_LINES = 14


@dataclass(frozen=True)
class Frame:
    """Where the parts lie.

    The content runs from `content` up to `end`; the foot (recipients, signature) is `foot`, and the annexes
    begin at `after`; in a decision the foot stands above the plan.
    """

    title: tuple[int, ...]
    opening: tuple[int, ...]
    content: int
    end: int
    foot: tuple[int, int]
    after: int
    blocks: frozenset[int]
    last: int = 0

    @property
    def body(self) -> tuple[int, ...]:
        """The blocks that may hold work: the content, then the annexes behind the foot."""
        return (*range(self.content, self.end), *range(self.after, self.last))


def frame_of(texts: Sequence[str]) -> Frame:
    """The frame of a text; one without any known mark is all content."""
    decision = _decision(texts)
    named = _kind_line(texts, decision)
    begin, title = _titled(texts, named, decision)
    head_end = title[-1] + 1 if title else begin
    content = next((i for i in range(head_end, len(texts)) if _opens_content(texts[i])), head_end)
    end, foot_begin, after = _ends(texts, content)
    foot = (foot_begin, after)
    if foot_begin == after and decision is not None:
        foot = _foot_above(texts, content)
    head = range(content) if named is not None or decision is not None else ()
    used = frozenset((*head, *range(foot_begin, after)))
    opening = tuple(i for i in range(head_end, content) if not ATTACHED.begins(texts[i]))
    return Frame(title, opening, content, end, foot, after, used, len(texts))


def _decision(texts: Sequence[str]) -> int | None:
    """Where a decision or a resolution names itself."""
    near = range(min(len(texts), LETTERHEAD_LINES))
    return next((i for i in near if DECISION.begins(texts[i]) or DECISION_LINE.match(texts[i])), None)


def _kind_line(texts: Sequence[str], decision: int | None) -> int | None:
    """The line that says what the plan is: KẾ HOẠCH, after a decision only behind its foot."""
    first = 0
    if decision is not None:
        foot = next((i for i in range(decision, len(texts)) if RECIPIENTS.begins(texts[i])), None)
        if foot is None:
            return None
        first = foot
    for number in range(first, len(texts)):
        if KIND_LINE.begins(_bare(texts[number])):
            return number
        if decision is None and number < LETTERHEAD_LINES and PLAN_BEFORE_TITLE.match(texts[number]):
            return number
    return None


def _bare(text: str) -> str:
    return text.strip(EDGES + "_-*| ")


def _titled(texts: Sequence[str], named: int | None, decision: int | None) -> tuple[int, tuple[int, ...]]:
    """Where the title begins, and its lines."""
    if named is None:
        if decision is None:
            return 0, ()
        if DECISION_LINE.match(texts[decision]):
            return decision, (decision,)
        return decision + 1, _title_lines(texts, decision + 1)
    if PLAN_BEFORE_TITLE.match(texts[named]) and not KIND_LINE.begins(_bare(texts[named])):
        more = _title_lines(texts, named + 1) if texts[named].isupper() else ()
        return named, (named, *(i for i in more if texts[i].isupper()))
    return named + 1, _title_lines(texts, named + 1)


def _title_lines(texts: Sequence[str], begin: int) -> tuple[int, ...]:
    lines: list[int] = []
    for i in range(begin, min(begin + 5, len(texts))):
        text = texts[i]
        if _ends_title(text, bool(lines)) or text.endswith(":") or len(text) > TITLE_LENGTH:
            break
        lines.append(i)
    return tuple(lines)


def _ends_title(text: str, begun: bool) -> bool:
    if _opens_content(text) or ATTACHED.begins(text):
        return True
    if PLACE_LINE.match(text) and begun:
        return True
    return begun and bool(OPENING.match(text) or len(text) > LONG_TITLE or not text.strip("-_ .*"))


def _opens_content(text: str) -> bool:
    rank, _, _ = marked(whole(0, text))
    return 0 <= rank <= 3


def _ends(texts: Sequence[str], content: int) -> tuple[int, int, int]:
    """Where the content ends, where the foot begins and where it stops: without a foot, where an annex
    begins.
    """
    recipients = next((i for i in range(content, len(texts)) if RECIPIENTS.begins(texts[i])), len(texts))
    annex = next((i for i in range(content, recipients) if ANNEX.begins(texts[i])), recipients)
    if annex < recipients and recipients == len(texts):
        return annex, annex, annex
    after = next(
        (i for i in range(recipients + 1, len(texts)) if _begins_annex(texts[i])),
        len(texts),
    )
    return recipients, recipients, after


def _begins_annex(text: str) -> bool:
    """What follows the signature is an annex, not a recipient."""
    return bool(ANNEX.begins(text) or FURTHER_ANNEX.match(text))


def _foot_above(texts: Sequence[str], content: int) -> tuple[int, int]:
    """The foot of the decision, which stands above the plan that it promulgates."""
    begin = next((i for i in range(content) if RECIPIENTS.begins(texts[i])), content)
    end = next((i for i in range(begin, content) if KIND_LINE.begins(_bare(texts[i]))), content)
    return begin, end
