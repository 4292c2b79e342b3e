"""How well the reader reads: `python -m tests.score` prints the tables for gold and gold-wild, the two figures of the
doubts, and the share of timings.tsv that is exact. Right answers stand beside the project, in ../shared.

`measure` gives the same figures to the tests, which keep them as floors that may only rise.
"""

from __future__ import annotations

import csv
import json
import runpy
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tracker.documents.read import read
from tracker.drafts.codec import plan_to_json, timing_to_json
from tracker.parsing.plan import parse
from tracker.parsing.timings import parse_timing

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SETS = {"gold": "plans", "gold-wild": "plans-wild"}


@dataclass
class Score:
    """The counts of one document or of a whole set."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    doubted: int = 0
    wrong_undoubted: list[str] = field(default_factory=list)
    row: str = ""

    def share(self, part: str, of: str) -> float:
        return self.counts[part] / self.counts[of] if self.counts[of] else 1.0

    @property
    def recall(self) -> float:
        return self.share("found", "gold")

    @property
    def precision(self) -> float:
        return self.share("found", "got")

    @property
    def exact(self) -> float:
        return self.share("exact", "gold")

    @property
    def head(self) -> float:
        return self.share("head", "heads")

    @property
    def undoubted(self) -> int:
        return self.counts["got"] - self.doubted

    def add(self, other: Score) -> None:
        self.counts.update(other.counts)
        self.right.update(other.right)
        self.doubted += other.doubted
        self.wrong_undoubted += other.wrong_undoubted


@cache
def scorer() -> dict[str, Any]:
    """The functions of the shared scoring script."""
    return runpy.run_path(str(SHARED / "score_reading.py"))


@cache
def golds(name: str) -> tuple[Path, ...]:
    return tuple(sorted((SHARED / name).glob("*.json")))


@cache
def measure(name: str) -> tuple[Score, ...]:
    """The score of every document of a set, the total last."""
    total = Score("TOTAL")
    found = [_of_one(path, SHARED / SETS[name] / f"{path.stem}.txt") for path in golds(name)]
    for score in found:
        total.add(score)
    total.row = _row(total)
    return (*found, total)


def _of_one(answers: Path, plan: Path) -> Score:
    tools = scorer()
    gold = json.loads(answers.read_text(encoding="utf-8"))
    got = plan_to_json(parse(read(plan.read_bytes(), plan.name)))
    counts = tools["compare"](gold, got, False)
    score = Score(
        answers.stem,
        Counter({key: counts[key] for key in ("gold", "got", "found", "exact", "head", "heads")}),
    )
    score.right.update(counts["right"])
    score.row = _row(score)
    pairs, _, _ = tools["pair"](gold["tasks"], got["tasks"])
    partner = {j: gold["tasks"][i] for i, j in pairs}
    for number, task in enumerate(got["tasks"]):
        if task["doubts"]:
            score.doubted += 1
        elif number not in partner or _wrong(partner[number], task):
            score.wrong_undoubted.append(f"{answers.stem}: {'.'.join(task['path'])}")
    return score


def _wrong(gold: dict[str, Any], got: dict[str, Any]) -> list[str]:
    same = scorer()["same"]
    return [name for name in scorer()["FIELDS"] if not same(name, gold, got)]


def _row(score: Score) -> str:
    shown: str = scorer()["row"](score.name, {**score.counts, "right": score.right})
    return shown


# --- expressions of time ---


@dataclass(frozen=True)
class Timed:
    """The rows of timings.tsv: how many there are, how many are exact, and which wrong ones no doubt marks."""

    rows: int
    exact: int
    silent: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.exact / self.rows if self.rows else 1.0


@cache
def measure_timings() -> Timed:
    rows = list(_timing_rows())
    results = [_timing_result(row) for row in rows]
    silent = tuple(
        row["expression"] for row, (right, told) in zip(rows, results, strict=True) if not right and not told
    )
    return Timed(len(rows), sum(right for right, _ in results), silent)


def _timing_rows() -> Iterator[dict[str, str]]:
    with (SHARED / "timings.tsv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _timing_result(row: dict[str, str]) -> tuple[bool, bool]:
    """Whether a row is right, and whether it carries a doubt; one to review is right only with a doubt."""
    timings, doubts = parse_timing(row["expression"], _day(row["plan_start"]), _day(row["issued_on"]))
    got = sorted(_meaning(timing_to_json(timing)) for timing in timings)
    gold = sorted(_meaning(timing) for timing in json.loads(row["timings"]))
    review = (row.get("note") or "").startswith("review:")
    return got == gold and (bool(doubts) or not review), bool(doubts)


def _meaning(timing: dict[str, Any]) -> str:
    return str(scorer()["timing"](timing))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text and len(text) == 10 else None


# --- the page ---


def main() -> int:
    if not SHARED.is_dir():
        print(f"no folder {SHARED} with real plans beside the project", file=sys.stderr)
        return 2
    both = Score("both")
    for name in SETS:
        print(
            f"{name}\n{'document':24} gold recal preci  kind  path title leads partn timin deliv recip exact  head"
        )
        for score in measure(name):
            print(score.row)
        both.add(measure(name)[-1])
        print()
    _print_doubts(both)
    timed = measure_timings()
    print(
        f"timings.tsv: {timed.exact} of {timed.rows} exact ({timed.share:.3f}), "
        f"wrong without a doubt: {len(timed.silent)}"
    )
    return 0


def _print_doubts(both: Score) -> None:
    rows = both.counts["got"]
    wrong = len(both.wrong_undoubted)
    print(f"rows with a doubt: {both.doubted} of {rows} ({both.doubted / rows:.3f}, at most 0.200)")
    print(
        f"wrong among rows without a doubt: {wrong} of {both.undoubted} ({wrong / both.undoubted:.3f}, at most 0.020)"
    )
    for place in both.wrong_undoubted:
        print(f"  {place}")


if __name__ == "__main__":
    sys.exit(main())
