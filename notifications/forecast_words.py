"""A forecast in words and as JSON: what `tracker forecast` prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from notifications.phrases import _, counted
from tracker.letters import Kind
from tracker.sheets.ladder_words import told_words
from tracker.sheets.words import day_words, plain_day
from tracker.store.queries.foreseen import Forecast, Mail

LINES = 5  # of a mail, where people read


def as_json(found: Forecast, plan_id: int | None) -> dict[str, Any]:
    """Everything that is known of the mails, and in words what is not."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "plan": plan_id,
        "waiting": found.waiting,
        "notes": notes(found),
        "errors": list(found.errors),
        "mails": [_mail(mail) for mail in found.mails],
    }


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "day": mail.day.isoformat(),
        "kind": mail.kind,
        "weekly": mail.weekly,
        "person": {"id": mail.person_id, "name": mail.name, "email": mail.address},
        "fault": mail.fault,
        "subject": mail.subject,
        "units": list(mail.units),
        "items": [
            {
                "assignment": item.work.id,
                "step": item.step,
                "why": told_words(item.step),
                "due_on": item.due_on.isoformat(),
                "title": item.work.title,
                "unit": item.work.unit,
                "period": item.work.period,
                "plan": item.work.plan_name,
            }
            for item in mail.items
        ],
    }


def notes(found: Forecast) -> list[str]:
    """What the forecast cannot know, and what lies beside it."""
    words = [
        _("Tính theo tình hình lúc này. Việc xong, gia hạn, trả lại hoặc ban hành thêm sẽ làm thư thay đổi.")
    ]
    if found.unknown is not None:
        day = plain_day(found.unknown)
        words.append(
            _("Việc lặp lại không có ngày kết thúc mới lập đến %(day)s; các kỳ sau chưa tính.", day=day)
        )
    if found.waiting:
        words.append(counted("Ngoài ra %(num)d thư đang chờ ở Thư đi sẽ được gửi trước.", found.waiting))
    return words


def as_words(found: Forecast) -> Iterator[str]:
    """Day by day: who gets what."""
    yield _(
        "Từ %(a)s đến %(b)s: %(n)d thư.",
        a=plain_day(found.since),
        b=plain_day(found.until),
        n=len(found.mails),
    )
    last: date | None = None
    for mail in found.mails:
        if mail.day != last:
            yield f"\n{day_words(mail.day)}"
            last = mail.day
        yield from _lines(mail)
    yield ""
    yield from notes(found)
    yield from found.errors


def _lines(mail: Mail) -> Iterator[str]:
    kind = _("thư báo ngay") if mail.kind == Kind.NOW else _("thư nhắc hằng ngày")
    weekly = _(", kèm tổng hợp đầu tuần") if mail.weekly else ""
    yield f"  {mail.name} <{mail.address}> ({kind}{weekly})" + (f": {mail.subject}" if mail.subject else "")
    if mail.fault:
        yield f"    {mail.fault}"
    for item in mail.works[:LINES]:
        yield f"    - {told_words(item.step)}: {item.work.title} ({item.work.unit}, {plain_day(item.due_on)})"
    if len(mail.works) > LINES:
        yield "    " + _("và %(n)d dòng nữa", n=len(mail.works) - LINES)
