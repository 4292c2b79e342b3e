"""One line of the table that `python -m tests.benchmarks` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """What was measured, the ratio, and what it may be at most (or, with `at_least`, has to be)."""

    what: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def line(self) -> str:
        bound, broken = ("at least", "LESS THAN") if self.at_least else ("at most", "MORE THAN")
        return f"{self.what:72} {self.value:6.2f}  {bound if self.holds else broken} {self.limit:.3g}"
