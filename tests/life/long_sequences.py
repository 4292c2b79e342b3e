"""A thousand sequences of random deeds, half of them on each database: `make life` (SEQUENCES=100 for fewer)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.machine import Deeds
from tracker.extensions import db

SEQUENCES = int(os.environ.get("SEQUENCES", "1000"))
LONG = settings(
    max_examples=SEQUENCES // 2,
    stateful_step_count=20,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def test_a_thousand_sequences(app):
    Deeds.sequences = 0
    Deeds.told.clear()
    try:
        run_state_machine_as_test(Deeds, settings=LONG)
    except BaseException:
        print(f"\n{db.engine.dialect.name}: FAILED after {Deeds.sequences} sequences")
        raise
    steps = Deeds.told.total()
    print(f"\n{db.engine.dialect.name}: {Deeds.sequences} sequences, {steps} deeds:")
    for name, count in sorted(Deeds.told.items()):
        if not name.endswith(": refused"):
            print(f"  {name:24} {count:6} done {Deeds.told[f'{name}: refused']:6} refused")
    print("  no evidence lost, no assignment lost, every figure as recounted by plain SQL")
