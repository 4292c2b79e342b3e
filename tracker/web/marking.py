"""The source side of the review page: blocks and drafted rows in, paragraphs cut into marked pieces out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.drafts.model import Doubt, Source
from tracker.store.queries.rows import ReviewRow

SHOWN = ("title", "leads", "partners", "timings", "deliverables", "recipient", "accountable")


@dataclass(frozen=True)
class Token:
    """One row's claim on a piece. `begins`: the field's name stands before this piece."""

    row_id: int
    field: str
    begins: bool
    doubt: bool

    @property
    def text(self) -> str:
        """How the page's script reads it: 12.timings, with ! where it begins and ? where it is doubtful."""
        return f"{self.row_id}.{self.field}{'!' if self.begins else ''}{'?' if self.doubt else ''}"


@dataclass(frozen=True)
class Piece:
    """Words of a paragraph that the same rows claim."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def doubt(self) -> bool:
        return any(token.doubt for token in self.tokens)

    def of(self, row_id: int | None) -> Token | None:
        """The claim of the row in hand."""
        return next((token for token in self.tokens if token.row_id == row_id), None)


@dataclass(frozen=True)
class Paragraph:
    number: int
    pieces: tuple[Piece, ...]
    heading: bool
    leftover: bool

    def holds(self, row_id: int | None) -> bool:
        return any(piece.of(row_id) for piece in self.pieces)


@dataclass(frozen=True)
class _Claim:
    row_id: int
    field: str
    start: int
    end: int
    doubt: bool


def paragraphs(
    blocks: Sequence[str], rows: Iterable[ReviewRow], leftover: Iterable[Source] = ()
) -> tuple[Paragraph, ...]:
    """Every block of the document, none left out; what rejected rows had claimed is plain text again."""
    claims: dict[int, list[_Claim]] = {}
    for row in rows:
        if row.decision != "rejected":
            for block, claim in _claims(row):
                claims.setdefault(block, []).append(claim)
    loose = {source.block for source in leftover}
    return tuple(
        Paragraph(number, tuple(_pieces(text, claims.get(number, []))), _is_heading(text), number in loose)
        for number, text in enumerate(blocks)
    )


def first_block(row: ReviewRow) -> int | None:
    """Where the document begins to speak of the row."""
    places = [source.block for _, source in _sources(row)]
    return min(places) if places else None


def _is_heading(text: str) -> bool:
    return len(text) > 3 and text.isupper()


def _sources(row: ReviewRow) -> Iterator[tuple[str, Source]]:
    spans = row.task.spans
    for field in SHOWN:
        for source in spans.get(field, ()):
            yield field, source
    if row.task.source and not spans.get("title"):
        yield "title", row.task.source


def _claims(row: ReviewRow) -> Iterator[tuple[int, _Claim]]:
    for field, source in _sources(row):
        doubt = row.decision == "open" and any(_touches(one, field, source) for one in row.doubts)
        yield source.block, _Claim(row.id, field, source.start, source.end, doubt)


def _touches(doubt: Doubt, field: str, source: Source) -> bool:
    """Whether this very span raised the doubt; a doubt without words touches its whole field."""
    if (doubt.field or "title") != field:
        return False
    return not doubt.text or doubt.text in source.text or source.text in doubt.text


def _pieces(text: str, claims: Sequence[_Claim]) -> Iterator[Piece]:
    cuts = {0, len(text)}
    for claim in claims:
        cuts |= {min(claim.start, len(text)), min(claim.end, len(text))}
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        tokens = tuple(
            Token(claim.row_id, claim.field, claim.start == start, claim.doubt)
            for claim in claims
            if claim.start <= start and end <= claim.end
        )
        yield Piece(text[start:end], tokens)
