"""What a mail that came back says: which letter, for good or only delayed, and why.

Reads delivery reports (RFC 3464) and the free words of servers that write none. Pure; whatever bytes come in, what
cannot be understood is None.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from itertools import islice

FAILED, DELAYED = "failed", "delayed"
MOST_BYTES, MOST_PARTS, MOST_TEXT, MOST_WORDS = 262_144, 50, 200_000, 400

_TAG = re.compile(r"[^\s<>\"';:,()\[\]@]{1,40}\+\d{1,10}-[a-z2-7]{16}@[^\s<>\"';:,()]+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<letter-(\d{1,10})-[0-9-]{1,60}(?:\.[a-z2-7]{12})?@[^\s<>@]{1,255}>", re.ASCII)
_STATUS = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![.\d])", re.ASCII)
_REPLY = re.compile(r"(?<![\d.])([45])[0-5]\d(?![.\d])[ -]", re.ASCII)
_POSTMASTER = re.compile(r"mailer-?daemon|postmaster|mail ?delivery|microsoftexchange", re.IGNORECASE)
_UNDELIVERED = re.compile(
    r"undeliver|non.?deliver|not (be )?delivered|delivery (status|has failed|failure|incomplete)|failure notice"
    r"|returned mail|returned to sender|mail delivery|mail system error|delayed"
    r"|không (thể )?(gửi|chuyển|phát) được|không (thể )?(gửi|chuyển) (thư|tới)|thư bị trả lại|gửi thư thất bại"
    r"|chậm chuyển|chưa chuyển được",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\(delay\)|delayed|delivery incomplete|will (be retried|keep trying|continue to)|still being retried"
    r"|warning message only|do not need to resend|chậm chuyển|chưa chuyển được|tiếp tục thử|sẽ thử lại",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"permanent|user unknown|unknown user|no such (user|recipient|mailbox|address)|does ?n[o']t exist"
    r"|mailbox (is )?(full|unavailable|not found|disabled)|(over|exceeded).{0,20}quota|address (was )?not found"
    r"|rejected|couldn't be (found|delivered)|could not be delivered|undeliverable|giving up|retry time.{0,20}exceeded"
    r"|không tồn tại|không tìm thấy|hộp thư.{0,20}đầy|từ chối|bị trả lại|không thể (gửi|chuyển)|thất bại",
    re.IGNORECASE,
)
# Where a server's own words end and the letter that it gives back begins.
_ORIGINAL = re.compile(
    r"^\W*(this is a copy of|original message|the original message|below (this line )?is a copy|"
    r"return-path:|message-id:|thư gốc|nội dung thư)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Returned:
    """`kind` is failed (for good) or delayed. `tags` are addresses that may be signed envelope senders, `letters`
    (id, Message-ID) as the mail names them; `text` is all of it, to look for the letter's own address."""

    kind: str
    words: str
    tags: tuple[str, ...]
    letters: tuple[tuple[int, str], ...]
    text: str


def read(raw: bytes) -> Returned | None:
    """What came back; None for a mail that says nothing of the kind: a reply, an advertisement, noise."""
    try:
        return _read(email.message_from_bytes(raw[:MOST_BYTES]))
    except Exception:  # the parser of the standard library has its own faults over malformed mail
        return None


def _read(mail: Message) -> Returned | None:
    parts = list(islice(mail.walk(), MOST_PARTS))
    reports = [text for part in parts if (text := _report(part))]
    verdict = _by_report(reports) if reports else _by_words(mail, parts)
    if verdict is None:
        return None
    kind, words = verdict
    text = "\n".join([*_everything(parts), *reports])[:MOST_TEXT]
    return Returned(
        kind=kind,
        words=_one_line(words)[:MOST_WORDS],
        tags=tuple(dict.fromkeys(found[0] for found in islice(_TAG.finditer(text), 20))),
        letters=tuple(
            dict.fromkeys((int(found[1]), found[0]) for found in islice(_MESSAGE_ID.finditer(text), 5))
        ),
        text=text,
    )


# Delivery reports


def _report(part: Message) -> str:
    """The fields of a delivery report, however it was packed."""
    if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
        return ""
    inner = part.get_payload()
    if not isinstance(inner, list):
        return _payload(part)
    fields = "\n\n".join(_fields(one) for one in inner if isinstance(one, Message))
    packing = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if packing not in ("base64", "quoted-printable"):
        return fields
    packed = Message()  # the parser takes the packed lines for fields
    packed["Content-Transfer-Encoding"] = packing
    packed.set_payload(fields)
    return _payload(packed)


def _fields(message: Message) -> str:
    rest = message.get_payload()
    lines = [f"{name}: {_one_line(str(value))}" for name, value in message.items()]
    return "\n".join([*lines, rest] if isinstance(rest, str) else lines)


def _by_report(reports: list[str]) -> tuple[str, str] | None:
    """A failure for good among the recipients decides; then a delay."""
    found = [verdict for text in reports for group in _groups(text) if (verdict := _of_recipient(group))]
    return next((one for one in found if one[0] == FAILED), found[0] if found else None)


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The groups of fields of a report; the first of them speaks of the mail as a whole."""
    for block in re.split(r"\n\s*\n", re.sub(r"\r\n?", "\n", text)):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        pairs = (line.partition(":") for line in unfolded.split("\n"))
        fields = {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
        if "action" in fields or "status" in fields:
            yield fields


def _of_recipient(fields: dict[str, str]) -> tuple[str, str] | None:
    """`failed` is final, whatever the status: 4.4.7 there means that the server gave up trying."""
    action = re.split(r"[\s(;]", fields.get("action", "").lower())[0]
    found = _STATUS.search(fields.get("status", ""))
    digit = found[1] if found else ""
    kind = {"failed": FAILED, "delayed": DELAYED, "": {"5": FAILED, "4": DELAYED}.get(digit, "")}.get(action)
    if not kind or digit == "2":
        return None
    said = fields.get("diagnostic-code", "").partition(";")
    who = fields.get("original-recipient") or fields.get("final-recipient", "")
    address = who.rpartition(";")[2].strip()
    reason = said[2].strip() or said[0].strip()
    code = found[0] if found and found[0] not in reason else ""
    return kind, " ".join(word for word in (f"{address}:" if address else "", code, reason) if word)


# Free words


def _by_words(mail: Message, parts: list[Message]) -> tuple[str, str] | None:
    """A mail system's own words: who sends, what it calls it, and what it says before the letter itself."""
    sender, subject = _header(mail, "From"), _header(mail, "Subject")
    system = bool(_POSTMASTER.search(sender)) or _header(mail, "Return-Path").strip() == "<>"
    failed_to = [
        address for _name, address in getaddresses([_header(mail, "X-Failed-Recipients")]) if address
    ]
    if not (failed_to or (system and (_UNDELIVERED.search(subject) or _UNDELIVERED.search(_said(parts))))):
        return None
    said = _said(parts)
    kind = _kind_of(subject, said, bool(failed_to))
    if kind is None:
        return None
    line = next((line for line in said.splitlines() if _STATUS.search(line) or _REPLY.search(line)), "")
    line = line or next((line for line in said.splitlines() if _FOR_GOOD.search(line)), "") or subject
    who = f"{failed_to[0]}:" if failed_to and failed_to[0] not in line else ""
    return kind, " ".join(word for word in (who, line) if word)


def _kind_of(subject: str, said: str, listed: bool) -> str | None:
    if _DELAY.search(subject) or _DELAY.search(said):
        return DELAYED
    codes = {found[1] for found in (*_STATUS.finditer(said), *_REPLY.finditer(said))}
    if listed or "5" in codes:
        return FAILED
    if "4" in codes:
        return DELAYED
    return FAILED if _FOR_GOOD.search(said) or _FOR_GOOD.search(subject) else None


def _said(parts: list[Message]) -> str:
    """The server's own words: the first text, up to where it gives the letter back."""
    for part in parts:
        if part.get_content_type() in ("text/plain", "text/html"):
            text = _payload(part)[:30_000]
            if part.get_content_type() == "text/html":
                text = re.sub(r"(?is)<(script|style).*?</\1\s*>", " ", text)
                text = re.sub(r"<(br|/p|/div|/tr)[^>]{0,200}>", "\n", text)
                text = re.sub(r"<[^<>]{0,2000}>", " ", text)
            start = _ORIGINAL.search(text)
            return text[: start.start() if start else 20_000][:20_000]
    return ""


# Bytes to text


def _everything(parts: list[Message]) -> Iterator[str]:
    """All headers and texts, also of the letter that is given back."""
    for part in parts:
        yield from (f"{name}: {_one_line(_decoded(value))}" for name, value in part.items())
        if part.get_content_maintype() in ("text", "message") and not part.is_multipart():
            yield _payload(part)


def _header(mail: Message, name: str) -> str:
    return _one_line(_decoded(mail.get(name, "")))


def _decoded(value: object) -> str:
    text = str(value)
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):  # an unknown or lying character set
        return text


def _payload(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    data = data[:MOST_TEXT]
    for charset in (part.get_content_charset(), "utf-8", "cp1258"):
        try:
            return data.decode(charset or "utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split())).strip()
