"""The reader against the right answers of five real plans, by the scorer that judges it."""

from __future__ import annotations

import json
import os
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tracker.documents.read import read
from tracker.drafts.codec import plan_to_json
from tracker.parsing.plan import parse

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLD = sorted((SHARED / "gold").glob("*.json"))
ABSENT = "the right answers in ../shared/gold are not here"


def totals() -> Counter[str]:
    if not GOLD:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have it: {ABSENT}")
        pytest.skip(ABSENT)
    compare: Any = runpy.run_path(str(SHARED / "score_reading.py"))["compare"]
    total: Counter[str] = Counter()
    for path in GOLD:
        draft = parse(read((SHARED / "plans" / f"{path.stem}.txt").read_bytes()))
        score = compare(json.loads(path.read_text(encoding="utf-8")), plan_to_json(draft), False)
        total.update({key: score[key] for key in ("gold", "got", "found", "exact")})
    return total


def test_most_rows_are_found_few_are_invented_and_over_half_need_no_hand() -> None:
    total = totals()
    assert total["found"] / total["gold"] >= 0.85
    assert total["found"] / total["got"] >= 0.90
    assert total["exact"] / total["gold"] >= 0.55
