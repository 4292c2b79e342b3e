"""`tracker doctor`: looks at everything that notices need, and says for each what is wrong and what to do about it.

Each check is one function. A check that fails is a finding, and the next one goes on; without a database those that
ask it are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from notifications.doctor import data, mail, place
from notifications.doctor.findings import MARKS, OK, WRONG, Finding, House, well
from tracker.extensions import db

log = logging.getLogger(__name__)
SIGNS = {"ok": "✓", "warn": "!", "wrong": "✗"}
Check = Callable[[House], Iterable[Finding]]


@dataclass(frozen=True)
class Examined:
    """A check with what it found; `code` is for programs."""

    code: str
    name: str
    findings: tuple[Finding, ...]


CHECKS: tuple[tuple[str, str, Check, bool], ...] = (
    ("database", "Cơ sở dữ liệu", place.database, True),
    ("clock", "Đồng hồ", place.clock, True),
    ("base-url", "Địa chỉ của phần mềm", place.base_url, False),
    ("secret-key", "Khóa bí mật", place.secret_key, False),
    ("disk", "Ổ đĩa", place.disk, False),
    ("programs", "Chương trình đọc văn bản", place.programs, False),
    ("smtp", "Máy chủ thư", mail.smtp, False),
    ("sender", "Địa chỉ gửi", mail.sender, False),
    ("returned", "Thư trả lại", mail.returned, False),
    ("sweep", "Lần quét", data.sweep, True),
    ("outbox", "Thư đi", data.outbox, True),
    ("calendar", "Lịch nghỉ", data.calendar, True),
    ("contacts", "Người nhận thư", data.contacts, True),
    ("webhooks", "Kênh thông báo", data.webhooks, True),
)
"""(code, name, function, whether it asks the database)"""


def examine(house: House, to: str = "") -> list[Examined]:
    """Every check, in this order; `to` gets one test mail."""
    usable = True
    found = []
    for code, name, check, asks in CHECKS:
        if asks and not usable:
            continue
        wanted: Check = (lambda this: mail.smtp(this, to)) if code == "smtp" else check
        findings = _look(house, name, wanted)
        if code == "database":
            usable = findings[0].mark == OK
        found.append(Examined(code, name, findings))
    return found


def _look(house: House, name: str, check: Check) -> tuple[Finding, ...]:
    try:
        return tuple(check(house)) or (well("Không có gì cần xem."),)
    except SQLAlchemyError as error:
        log.debug("doctor: %s", name, exc_info=True)
        words = f"Không đọc được cơ sở dữ liệu: {_short(error)}"
        return (Finding(WRONG, words, "Kiểm tra TRACKER_DATABASE_URL và máy chủ cơ sở dữ liệu."),)
    except Exception as error:
        log.exception("doctor: %s", name)
        return (
            Finding(WRONG, f"Không kiểm tra được: {_short(error)}", "Xem nhật ký, báo cho người phát triển."),
        )
    finally:
        db.session.rollback()


def _short(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:200] or type(error).__name__


def worst(examined: Iterable[Examined]) -> str:
    marks = {finding.mark for one in examined for finding in one.findings}
    return max(marks, key=MARKS.index, default=OK)


def told(examined: Iterable[Examined]) -> Iterator[str]:
    """A line for each finding, and one for its way out."""
    for one in examined:
        for finding in one.findings:
            yield f"{SIGNS[finding.mark]} {one.name}: {finding.words}"
            if finding.mark != OK and finding.way_out:
                yield f"    → {finding.way_out}"


def as_json(examined: list[Examined]) -> dict[str, object]:
    return {
        "worst": worst(examined),
        "findings": [
            {
                "check": one.code,
                "name": one.name,
                "mark": finding.mark,
                "words": finding.words,
                "way_out": finding.way_out,
            }
            for one in examined
            for finding in one.findings
        ],
    }
