"""Any bytes give a document or a clear refusal: the short form of `make fuzz`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.held import read_or_refusal
from tests.fuzz.mutations import made_word, mutations, seeds

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
STARTS = [b"", b"PK\x03\x04", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"\xff\xd8\xff", b"\xff\xfe"]
PIECES = [
    "|",
    "---",
    "**",
    "*",
    "\n",
    "\n\n",
    "\t",
    "1.",
    "- ",
    "I. ",
    "Nơi nhận:",
    "Kế hoạch ",
    "<br>",
    "\\",
    "\ue0f0",
]


@QUICK
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    read_or_refusal(data)


@settings(QUICK, max_examples=14)
@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_behind_the_mark_of_a_kind(start: bytes, data: bytes) -> None:
    read_or_refusal(start + data)


@QUICK
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=60).map("".join))
def test_any_text_with_marks_of_markdown(text: str) -> None:
    read_or_refusal(text.encode("utf-8", errors="surrogatepass"))


@settings(QUICK, max_examples=40)
@given(st.sampled_from(["word/document.xml", "word/styles.xml", "word/numbering.xml"]), st.integers(0, 10**6))
def test_any_damage_inside_a_word_file(name: str, dice: int) -> None:
    with zipfile.ZipFile(io.BytesIO(made_word())) as good:
        parts = {part: good.read(part) for part in good.namelist()}
    if name in parts:
        parts[name] = next(mutations([parts[name]], 1, seed=dice))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bad:
        for part, data in parts.items():
            bad.writestr(part, data)
    read_or_refusal(buffer.getvalue())


def test_mutations_of_the_real_files(shared: Path) -> None:
    for data in mutations(seeds(shared, (".txt", ".docx")), 100):
        read_or_refusal(data)


@pytest.mark.parametrize("kind", [".pdf"])
def test_torn_real_files_of_slow_kinds(shared: Path, kind: str) -> None:
    for data in seeds(shared, (kind,))[:2]:
        read_or_refusal(data[: len(data) // 3])
