"""Drafts as JSON and back: the shape of `tracker parse --json`, and exact inverses of it.

Takes the frozen records of `tracker.drafts.model`, returns plain dictionaries (dates in ISO), and the
other way round. It judges nothing: what is missing in the JSON takes the record's own default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tracker.drafts.model import (
    Doubt,
    Offset,
    PlanDraft,
    PlanHead,
    PlanPeriod,
    Signer,
    Source,
    TaskDraft,
    TimingDraft,
)

Json = dict[str, Any]


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _words(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(values or ())


def source_to_json(source: Source) -> Json:
    return {"block": source.block, "start": source.start, "end": source.end, "text": source.text}


def source_from_json(value: Mapping[str, Any]) -> Source:
    return Source(value["block"], value["start"], value["end"], value["text"])


def doubt_to_json(doubt: Doubt) -> Json:
    return {"code": doubt.code, "field": doubt.field, "text": doubt.text, "choices": list(doubt.choices)}


def doubt_from_json(value: Mapping[str, Any]) -> Doubt:
    return Doubt(value["code"], value.get("field", ""), value.get("text", ""), _words(value.get("choices")))


def _offset_to_json(offset: Offset | None) -> Json | None:
    return {"n": offset.n, "unit": offset.unit, "from": offset.since} if offset else None


def _offset_from_json(value: Mapping[str, Any] | None) -> Offset | None:
    return Offset(value["n"], value["unit"], value["from"]) if value else None


def timing_to_json(timing: TimingDraft) -> Json:
    return {
        "text": timing.text,
        "label": timing.label,
        "start": _iso(timing.start),
        "due": _iso(timing.due),
        "every": timing.every,
        "ongoing": timing.ongoing,
        "awaits": timing.awaits,
        "bound": timing.bound,
        "printed": _iso(timing.printed),
        "offset": _offset_to_json(timing.offset),
        "soft": timing.soft,
    }


def timing_from_json(value: Mapping[str, Any]) -> TimingDraft:
    return TimingDraft(
        text=value["text"],
        label=value.get("label"),
        start=_day(value.get("start")),
        due=_day(value.get("due")),
        every=value.get("every"),
        ongoing=bool(value.get("ongoing")),
        awaits=value.get("awaits"),
        bound=value.get("bound"),
        printed=_day(value.get("printed")),
        offset=_offset_from_json(value.get("offset")),
        soft=bool(value.get("soft")),
    )


def task_to_json(task: TaskDraft) -> Json:
    return {
        "path": list(task.path),
        "kind": task.kind,
        "title": task.title,
        "leads": list(task.leads),
        "partners": list(task.partners),
        "timings": [timing_to_json(timing) for timing in task.timings],
        "deliverables": list(task.deliverables),
        "recipient": task.recipient,
        "accountable": task.accountable,
        "source": source_to_json(task.source) if task.source else None,
        "spans": {name: [source_to_json(s) for s in found] for name, found in task.spans.items()},
        "doubts": [doubt_to_json(doubt) for doubt in task.doubts],
    }


def task_from_json(value: Mapping[str, Any]) -> TaskDraft:
    spans = value.get("spans") or {}
    return TaskDraft(
        path=_words(value.get("path")),
        kind=value["kind"],
        title=value["title"],
        leads=_words(value.get("leads")),
        partners=_words(value.get("partners")),
        timings=tuple(timing_from_json(timing) for timing in value.get("timings") or ()),
        deliverables=_words(value.get("deliverables")),
        recipient=value.get("recipient"),
        accountable=value.get("accountable"),
        source=source_from_json(value["source"]) if value.get("source") else None,
        spans={name: tuple(source_from_json(s) for s in found) for name, found in spans.items()},
        doubts=tuple(doubt_from_json(doubt) for doubt in value.get("doubts") or ()),
    )


def head_to_json(head: PlanHead) -> Json:
    signer = head.signer
    return {
        "number": head.number,
        "symbol": head.symbol,
        "title": head.title,
        "issuer": head.issuer,
        "place": head.place,
        "issued_on": head.issued_on,
        "period": {"start": _iso(head.period.start), "end": _iso(head.period.end)},
        "coordinator": head.coordinator,
        "signer": {"name": signer.name, "position": signer.position, "authority": signer.authority},
        "implements": list(head.implements),
        "cites": list(head.cites),
        "recipients": list(head.recipients),
    }


def head_from_json(value: Mapping[str, Any]) -> PlanHead:
    period, signer = value.get("period") or {}, value.get("signer") or {}
    return PlanHead(
        number=value.get("number"),
        symbol=value.get("symbol"),
        title=value.get("title"),
        issuer=value.get("issuer"),
        place=value.get("place"),
        issued_on=value.get("issued_on"),
        period=PlanPeriod(_day(period.get("start")), _day(period.get("end"))),
        coordinator=value.get("coordinator"),
        signer=Signer(signer.get("name"), signer.get("position"), signer.get("authority")),
        implements=_words(value.get("implements")),
        cites=_words(value.get("cites")),
        recipients=_words(value.get("recipients")),
    )


def plan_to_json(draft: PlanDraft, *, blocks: bool = False) -> Json:
    """The contract's object. With `blocks`, the paragraphs too, so that the draft can be read back whole."""
    value: Json = {
        "plan": head_to_json(draft.plan),
        "tasks": [task_to_json(task) for task in draft.tasks],
        "leftover": [source_to_json(source) for source in draft.leftover],
        "lint": [doubt_to_json(doubt) for doubt in draft.lint],
    }
    return value | {"blocks": list(draft.blocks)} if blocks else value


def plan_from_json(value: Mapping[str, Any]) -> PlanDraft:
    return PlanDraft(
        plan=head_from_json(value.get("plan") or {}),
        tasks=tuple(task_from_json(task) for task in value.get("tasks") or ()),
        leftover=tuple(source_from_json(source) for source in value.get("leftover") or ()),
        lint=tuple(doubt_from_json(doubt) for doubt in value.get("lint") or ()),
        blocks=_words(value.get("blocks")),
    )
