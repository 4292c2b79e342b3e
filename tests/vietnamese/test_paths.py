"""Places in a plan are written as people write them."""

from __future__ import annotations

import pytest

from tracker.vietnamese.paths import path_text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("II", "1", "1.2"), "II.1.2"),
        (("II", "2", "2.1", "a"), "II.2.1.a"),
        (("III", "1", "r2"), "III.1"),
        (("III", "1", "a", "-2"), "III.1.a, ý 2"),
        (("II", "10", "1"), "II.10.1"),
        ((), ""),
    ],
)
def test_a_place_is_written_without_our_own_labels(path, words):
    assert path_text(path) == words
