"""What must hold of any bytes: a document whose cells and doubts are at their place, or a clear refusal."""

from __future__ import annotations

from tests.documents.files import assert_cells_are_at_their_place
from tracker.documents.blocks import Document
from tracker.documents.read import read
from tracker.errors import UnreadableFile
from tracker.parsing.plan import parse


def read_or_refusal(data: bytes) -> Document | None:
    """The document; None where the file was refused in words that say what to do."""
    try:
        document = read(data, "ke-hoach")
    except UnreadableFile as refusal:
        assert_clear(refusal)
        return None
    assert document.blocks
    assert all(block.text.strip() for block in document.blocks)
    assert_cells_are_at_their_place(document)
    for block in document.blocks:
        assert all(0 <= start < end <= len(block.text) for start, end in block.doubtful)
    return document


def assert_clear(refusal: UnreadableFile) -> None:
    assert refusal.code != "unreadable-file", "a refusal has a code of its own"
    assert "xin " in refusal.message.casefold(), "it says what to do"


def parsed_or_refusal(data: bytes) -> None:
    document = read_or_refusal(data)
    if document is not None:
        assert parse(document).blocks == tuple(block.text for block in document.blocks)
