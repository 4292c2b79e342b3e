"""A thousand sequences of random deeds, half of them on each database: `make life` (SEQUENCES=100 for fewer)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.posting import mail_server
from tests.life.whole import Office
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
    Office.sequences = 0
    Office.told.clear()
    try:
        with mail_server(app) as Office.sink:
            run_state_machine_as_test(Office, settings=LONG)
    except BaseException:
        print(f"\n{db.engine.dialect.name}: FAILED after {Office.sequences} sequences")
        raise
    steps = Office.told.total()
    print(f"\n{db.engine.dialect.name}: {Office.sequences} sequences, {steps} deeds:")
    for name, count in sorted(Office.told.items()):
        if not name.endswith(": refused"):
            print(f"  {name:24} {count:6} done {Office.told[f'{name}: refused']:6} refused")
    print("  no evidence lost, no assignment lost, every figure as recounted by plain SQL")
