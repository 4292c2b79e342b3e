"""Short sequences of random deeds on each database; `make life` runs a thousand longer ones."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.posting import mail_server
from tests.life.whole import Office

SHORT = settings(
    max_examples=20,
    stateful_step_count=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_happens_nothing_is_lost_and_every_figure_is_right(app):
    with mail_server(app) as Office.sink:
        run_state_machine_as_test(Office, settings=SHORT)
