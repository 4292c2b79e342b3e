"""`tracker tick`: the sweep, once, by hand or from a timer of the operating system."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from notifications.schedule import leader_of
from notifications.sweep import SweepResult, sweep


def tick_once(app: Flask) -> SweepResult:
    """Sweep beside a running service or instead of it: only who gets the lock frees what others claimed."""
    leader = leader_of(app)
    leading = leader.acquire()
    try:
        return sweep(app, leading=leading)
    finally:
        if leading:
            leader.release()


def told(result: SweepResult) -> list[str]:
    """The result in words, a line each."""
    lines = [
        f"Thư mới: {result.collected}, đã gửi: {result.sent}, chưa gửi được: {result.failed}, "
        f"bỏ vì việc đã xong: {result.withdrawn}."
    ]
    if not result.server_set:
        lines.append(
            f"Chưa đặt máy chủ thư (TRACKER_SMTP_HOST, TRACKER_MAIL_FROM): {result.waiting} thư đang chờ."
        )
    elif result.waiting:
        lines.append(f"Còn {result.waiting} thư chờ gửi lại.")
    if result.error:
        lines.append(f"Lỗi: {result.error}")
    return lines


@click.command("tick")
@with_appcontext
def tick() -> None:
    """Nhắc việc một lượt: lập thư đến kỳ và gửi thư đang chờ."""
    result = tick_once(current_app._get_current_object())  # type: ignore[attr-defined]
    for line in told(result):
        click.echo(line)
    if result.error:
        raise SystemExit(1)
