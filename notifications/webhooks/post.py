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
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from notifications.delivery.refusals import LATER, LINK, NEVER, NotSent
from notifications.line_faults import why
from notifications.within import Attempt
from tracker.services.webhooks import USUAL, is_listed

T = TypeVar("T")
SECONDS = 10.0  # for the whole of it, however slowly its bytes come
AFTERWARDS = 1.0  # until what was cut has ended
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
    line = _Line(hook.url, SECONDS if seconds is None else seconds)
    try:
        status, words = line.within(
            partial(_asked, path=_path(hook.url), body=body.encode(), headers=headers)
        )
    except (OSError, http.client.HTTPException) as error:
        words = why(TimeoutError() if line.is_over else error)
        raise NotSent(LINK, f"Không gửi được tới địa chỉ nhận tin: {words}") from error
    if 200 <= status < 300:
        return words
    raise NotSent(LATER if status in AGAIN or status >= 500 else NEVER, words)


def _asked(
    line: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str]:
    line.request("POST", path, body, headers)
    answer = line.getresponse()
    return answer.status, " ".join(f"{answer.status} {answer.reason} {_said(answer)}".split())


class _Http(http.client.HTTPConnection):
    """Says when the other side has taken the call, before a word is exchanged."""

    connected: Callable[[socket.socket], None]

    def connect(self) -> None:
        super().connect()
        self.connected(self.sock)


class _Https(http.client.HTTPSConnection, _Http):
    """The same; it says so before the handshake."""


class _Line:
    """A call that is over in its time, whatever takes too long: a name server, a handshake, an answer that drips.
    A time-out of the socket begins anew with every byte, and with every address of a name."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        self._http: _Http
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._http = _Https(host, parts.port, timeout=seconds, context=context)
        else:
            self._http = _Http(host, parts.port, timeout=seconds)
        self._http.connected = self._connected
        self._seconds = seconds
        self._lock = threading.Lock()
        self._end: socket.socket | None = None
        self.is_over = False

    def within(self, ask: Callable[[http.client.HTTPConnection], T]) -> T:
        """What the call brings. `TimeoutError`, or an error of the broken line, where it takes too long."""
        call = Attempt(partial(self._run, ask), "webhook")
        try:
            return call.wait(self._seconds)
        except TimeoutError:
            self._cut()
            return call.wait(AFTERWARDS)  # it may have got its answer, and hang in the words behind it

    def _run(self, ask: Callable[[http.client.HTTPConnection], T]) -> T:
        try:
            return ask(self._http)
        finally:
            self._http.close()
            with self._lock:
                end, self._end = self._end, None
            if end is not None:
                end.close()

    def _connected(self, line: socket.socket) -> None:
        with self._lock:
            if self.is_over:
                raise TimeoutError("timed out")
            self._end = line.dup()  # the socket itself is another one after the handshake

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._end is not None:
                with suppress(OSError):
                    self._end.shutdown(socket.SHUT_RDWR)


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
