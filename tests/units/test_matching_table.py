"""Real mentions against ready-made rosters: the lines were written before the rules."""

from __future__ import annotations

import pytest

from tests.units.table import Mention, mentions, ready_made
from tracker.units.spelling import SAME, plain

FIRST = 3


@pytest.mark.parametrize("row", SAME, ids=lambda row: row.pattern[:30])
def test_every_row_of_spellings_does_what_its_examples_say(row):
    for spelling, words in row.examples:
        assert plain(spelling) == words
    for words in row.stays:
        assert plain(words) == words


def outcome(line: Mention) -> tuple[str, list[str]]:
    roster = ready_made(line.roster, line.place)
    match = roster.matcher.match(line.mention)
    return roster.words(match.value), [roster.words(value) for value, _score in match.choices[:FIRST]]


def test_the_table_is_matched_without_one_wrong_answer():
    lines = mentions()
    right = found = 0
    wrong, missed = [], []
    answerable = [line for line in lines if line.answer[0] not in "-?"]
    for line in lines:
        value, first = outcome(line)
        wanted = line.answer.lstrip("?")
        sure = line.answer[0] not in "-?"
        right += sure and value == wanted
        if value and (value != wanted or not sure):
            wrong.append((line.mention, line.answer, value))
        if value == wanted or wanted in first or (wanted == "-" and not value):
            found += 1
        else:
            missed.append((line.mention, line.answer, first))
    print(f"\n{len(lines)} mentions: {right} of {len(answerable)} with an answer right without a doubt")
    print(f"  ({right / len(answerable):.1%}), {found / len(lines):.1%} right or among the first {FIRST},")
    print(f"  {len(wrong)} wrong without a doubt; not found: {missed}")
    assert len(lines) >= 220
    assert wrong == []
    assert right / len(answerable) >= 0.9
    assert found / len(lines) >= 0.98
