"""What `tracker tick` does: the sweep, once, by hand or from a timer of the operating system."""

from __future__ import annotations

from flask import Flask

from notifications.sweep import SweepResult, sweep


def tick_once(app: Flask) -> SweepResult:
    """Sweep beside a running service or instead of it."""
    return sweep(app)


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
