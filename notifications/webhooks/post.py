"""A message to a committee's webhook: JSON, signed, posted once to a host that the installation allows.

The signature is the HMAC-SHA256 of `<timestamp>.<body>` under the committee's secret; who receives it checks it and
that the timestamp is not long ago. Deliveries may come again under the same `X-DonDoc-Delivery`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import textwrap
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.line_faults import why
from tracker.services.webhooks import USUAL, is_listed

SECONDS = 10.0  # for the whole of it, however slowly its bytes come
MOST_BYTES = 4096  # of an answer; nobody needs more than its first words
SHOWN = 200
AGAIN = {408, 425, 429}  # of 4xx, what another try may mend


@dataclass(frozen=True)
class Hook:
    """Where to, the secret that signs, and the hosts (or host:port) that the installation allows."""

    url: str
    secret: str
    hosts: Collection[str]


def signature(secret: str, timestamp: int, body: str) -> str:
    """What `X-DonDoc-Signature` says."""
    text = f"{timestamp}.{body}".encode()
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether anything is ever sent there: http or https, without a name and password, to a host of the list."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if parts.scheme not in USUAL or not host or parts.username is not None:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and is_listed(host, port, parts.scheme, hosts)


def post(hook: Hook, body: str, delivery: int, at: datetime, seconds: float | None = None) -> str:
    """The answer in words. Raises `NotSent`: a host that is not to be reached, 408, 429 and 5xx may be mended by
    another try; what is not allowed, redirects and the rest of 4xx never."""
    if not allowed(hook.url, hook.hosts):
        raise NotSent(
            NEVER, "Địa chỉ nhận tin không nằm trong danh sách máy chủ được phép (TRACKER_WEBHOOK_HOSTS)."
        )
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "DonDoc",
        "X-DonDoc-Delivery": str(delivery),
        "X-DonDoc-Timestamp": str(timestamp),
        "X-DonDoc-Signature": signature(hook.secret, timestamp, body),
        "Connection": "close",
    }
    with _Line(hook.url, SECONDS if seconds is None else seconds) as line:
        try:
            line.begin()
            line.http.request("POST", _path(hook.url), body.encode(), headers)
            answer = line.http.getresponse()
        except (OSError, http.client.HTTPException) as error:
            words = why(TimeoutError() if line.is_cut else error)
            raise NotSent(LINK, f"Không gửi được tới địa chỉ nhận tin: {words}") from error
        words = " ".join(f"{answer.status} {answer.reason} {_said(answer)}".split())
    if 200 <= answer.status < 300:
        return words
    raise NotSent(LATER if answer.status in AGAIN or answer.status >= 500 else NEVER, words)


class _Line:
    """A connection that is cut when its time is over: a time-out of the socket begins anew with every byte."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        self.http: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self.http = http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
        else:
            self.http = http.client.HTTPConnection(host, parts.port, timeout=seconds)
        self.is_cut = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def begin(self) -> None:
        self.http.connect()
        self._socket = self.http.sock
        self._timer.start()

    def _cut(self) -> None:
        self.is_cut = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self.http.close()


def _said(answer: http.client.HTTPResponse) -> str:
    """The first words of the answer; what is wrong with the rest changes nothing."""
    try:
        with answer:
            raw = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException):
        return ""
    text = "".join(c if c.isprintable() else " " for c in raw.decode("utf-8", "replace"))
    return textwrap.shorten(text, SHOWN, placeholder="…")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
