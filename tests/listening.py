"""A mail server on loopback whose port is its own from the first moment: a number that was only asked for may be
somebody else's by the time that it is used."""

from __future__ import annotations

import socket
from typing import Any

from aiosmtpd.controller import Controller


class MailServer(Controller):
    """Takes calls as soon as it is made; `start` has the talk begin. It has a name of its own, so that it does not look
    one up for each connection."""

    def __init__(self, handler: Any, **options: Any) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        host, port = self._listener.getsockname()
        super().__init__(
            handler, host, port, **({"server_hostname": "post.example", "ready_timeout": 60} | options)
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)
