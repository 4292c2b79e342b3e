"""The draft of a plan: what the reader (or a person, or a skeleton) says a document holds.

Everything here is frozen and plain; the shape is the contract of `tracker parse --json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Source:
    """Where something was read: block number (from 0), span in the block's text, and the words themselves."""

    block: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Doubt:
    """What the reader is unsure of.

    `code` is stable ("no-lead", "two-readings" …), `field` the field of the row that it touches ("leads",
    "timings", "title" … or "" for the whole row), `text` the words in the document that raised it, and
    `choices` ready answers, if there are any.
    """

    code: str
    field: str
    text: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offset:
    """A distance from an event: `n` of `unit` ("day", "working-day", "month") counted from `since`."""

    n: int
    unit: str
    since: str


@dataclass(frozen=True)
class TimingDraft:
    """One due date or cycle, as read.

    `every` is None or one of week, month, quarter, half-year, year; `start` is then the first day of the
    first period and `due` the first due date. `printed` is the day as printed where `due` differs from it
    (`trước ngày 20/5` prints 20/5 and is due on 19/5). `bound` is before, by, within, from or None.
    """

    text: str
    label: str | None = None
    start: date | None = None
    due: date | None = None
    every: str | None = None
    ongoing: bool = False
    awaits: str | None = None
    bound: str | None = None
    printed: date | None = None
    offset: Offset | None = None
    soft: bool = False


@dataclass(frozen=True)
class TaskDraft:
    """One row of work. `kind` is task, report or responsibility; `path` the printed labels down to it."""

    path: tuple[str, ...]
    kind: str
    title: str
    leads: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    timings: tuple[TimingDraft, ...] = ()
    deliverables: tuple[str, ...] = ()
    recipient: str | None = None
    accountable: str | None = None
    source: Source | None = None
    spans: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Signer:
    name: str | None = None
    position: str | None = None
    authority: str | None = None


@dataclass(frozen=True)
class PlanPeriod:
    """The years that the plan covers; None where nothing bounds them."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class PlanHead:
    """The head of the document. `issued_on` is an ISO date cut to the precision that was printed."""

    number: str | None = None
    symbol: str | None = None
    title: str | None = None
    issuer: str | None = None
    place: str | None = None
    issued_on: str | None = None
    period: PlanPeriod = PlanPeriod()
    coordinator: str | None = None
    signer: Signer = Signer()
    implements: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanDraft:
    """The whole reading. `blocks` are the document's paragraphs in order, so that every span can be shown."""

    plan: PlanHead
    tasks: tuple[TaskDraft, ...] = ()
    leftover: tuple[Source, ...] = ()
    lint: tuple[Doubt, ...] = ()
    blocks: tuple[str, ...] = ()
