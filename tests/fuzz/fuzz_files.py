"""`make fuzz`: a thousand mutations of the real files, and hypothesis without hurry. Minutes, so not in the suite
(pytest collects `test_*.py` only); tests/documents/test_any_bytes.py is its short form.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.documents.files import converted, made_text, word_file
from tests.fuzz.held import parsed_or_refusal
from tests.fuzz.mutations import made_word, mutations, seeds

LONG_RUN = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
# How many mutations of each kind; scans and old Word files take seconds each.
COUNTS = {".txt": 640, ".docx": 200, "printed": 100, ".doc": 40, ".pdf": 20}
SECONDS_EACH = 60.0


def files_of(shared: Path, kind: str) -> list[bytes]:
    if kind == "printed":
        return [converted(data, "pdf") for data in (made_word(), word_file(*made_text()))]
    return seeds(shared, (kind,))


@pytest.mark.parametrize("kind", COUNTS)
def test_a_thousand_mutations_of_the_real_files(shared: Path, kind: str) -> None:
    for number, data in enumerate(mutations(files_of(shared, kind), COUNTS[kind])):
        started = time.monotonic()
        try:
            parsed_or_refusal(data)
        except BaseException:
            kept = Path(f"/tmp/fuzz-{kind.strip('.')}-{number}.bin")  # noqa: S108  # for the person who runs it
            kept.write_bytes(data)
            print(f"kept as {kept}")
            raise
        assert time.monotonic() - started < SECONDS_EACH, f"mutation {number} of {kind}"


@LONG_RUN
@given(st.binary(max_size=6000))
def test_any_bytes(data: bytes) -> None:
    parsed_or_refusal(data)


@LONG_RUN
@given(st.text(max_size=3000))
def test_any_text(text: str) -> None:
    parsed_or_refusal(text.encode("utf-8", errors="surrogatepass"))
