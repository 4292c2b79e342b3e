"""A mail server on loopback that misbehaves on request: at which word of the talk, how, for whom and how often."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Self

# The words of the talk, in their order; "text" is the answer to the message's last dot.
STAGES = ("connect", "ehlo", "mail", "rcpt", "data", "text")
SILENT, SLOW, DRIP, DROP, HALF = "silent", "slow", "drip", "drop", "half"
SLOWNESS = 0.02  # seconds before each answer of a slow server, or between the bytes of one that drips
GOOD = {
    "connect": "220 post.example ESMTP",
    "ehlo": "250-post.example\r\n250 8BITMIME",
    "mail": "250 OK",
    "rcpt": "250 OK",
    "data": "354 go on",
}


@dataclass
class Fault:
    """`how` is an answer ("550 no"), or: silent (says nothing more), slow, drip (an answer that never ends, byte
    by byte), drop (cuts the line instead of answering), half (cuts it in the middle of the message)."""

    stage: str
    how: str
    address: str = ""
    times: int = 1_000

    def hits(self, stage: str, address: str) -> bool:
        return self.times > 0 and stage == self.stage and self.address in ("", address)


@dataclass
class BadServer:
    """Runs in a thread of its own. `got` is what it took, as (recipient, bytes); a message that it takes and
    then fails to confirm is in `got`, too."""

    faults: list[Fault] = field(default_factory=list)
    got: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._talk, "127.0.0.1", 0), self._loop
        ).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def received(self) -> list[str]:
        return [address for address, _raw in self.got]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def fault(self, stage: str, address: str) -> Fault | None:
        found = next((one for one in self.faults if one.hits(stage, address)), None)
        if found is not None:
            found.times -= 1
        return found


class _Cut(ConnectionError):
    """The server has hung up."""


class _Talk:
    """One connection."""

    def __init__(self, server: BadServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._address = ""

    async def run(self) -> None:
        await self._answer("connect")
        while line := await self._reader.readline():
            word = line.decode("latin-1").strip()
            verb = word[:4].upper()
            if verb in ("EHLO", "HELO"):
                await self._answer("ehlo")
            elif verb == "MAIL":
                await self._answer("mail")
            elif verb == "RCPT":
                self._address = word[word.index("<") + 1 : word.index(">")]
                await self._answer("rcpt")
            elif verb == "DATA":
                if await self._answer("data"):
                    await self._take()
            elif verb == "QUIT":
                await self._say("221 bye")
                return
            else:
                await self._say("250 OK" if verb in ("RSET", "NOOP") else "502 not here")

    async def _take(self) -> None:
        fault = self._server.fault("text", self._address)
        if fault is not None and fault.how == HALF:
            await self._reader.readline()
            raise _Cut
        raw = await self._reader.readuntil(b"\r\n.\r\n")
        if fault is None or not fault.how[0].isdigit():
            self._server.got.append((self._address, raw))
        await self._act(fault, f"250 2.0.0 queued as {len(self._server.got)}")

    async def _answer(self, stage: str) -> bool:
        """True where the client may go on."""
        fault = self._server.fault(stage, self._address if stage in ("rcpt", "data") else "")
        await self._act(fault, GOOD[stage])
        return fault is None or fault.how == SLOW

    async def _act(self, fault: Fault | None, good: str) -> None:
        if fault is None:
            await self._say(good)
        elif fault.how == SILENT:
            await self._reader.read()  # until the client gives up
            raise _Cut
        elif fault.how == SLOW:
            await asyncio.sleep(SLOWNESS)
            await self._say(good)
        elif fault.how == DRIP:
            await self._drip()
        elif fault.how == DROP:
            raise _Cut
        else:
            await self._say(fault.how)

    async def _drip(self) -> None:
        for _byte in range(10_000):
            self._writer.write(b"2")
            await self._writer.drain()
            await asyncio.sleep(SLOWNESS)

    async def _say(self, words: str) -> None:
        self._writer.write(f"{words}\r\n".encode())
        await self._writer.drain()
