"""When letters leave, how often one is tried, how long runs are remembered: mailing.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import time
from pathlib import Path


@dataclass(frozen=True)
class Mailing:
    """What holds for all letters. Quiet hours go from `quiet_from` over midnight to `quiet_to`."""

    digest_from: time
    gap_minutes: int
    quiet_from: time
    quiet_to: time
    first_minutes: int
    most_minutes: int
    jitter: float
    give_up_days: int
    batch: int
    broken_links: int
    batch_seconds: int
    round_seconds: int
    hook_seconds: int
    sweep_days: int


def _read() -> Mailing:
    table = tomllib.loads(Path(__file__).with_name("mailing.toml").read_text(encoding="utf-8"))
    return Mailing(
        digest_from=table["digest"]["from"],
        gap_minutes=table["now"]["gap_minutes"],
        quiet_from=table["quiet"]["from"],
        quiet_to=table["quiet"]["to"],
        **table["retry"],
        **table["keep"],
    )


MAILING = _read()
