"""What may hang does so in a thread of its own: who waits for it gets an answer, or `TimeoutError`, in time.

A time-out of a socket begins anew with every byte; this one does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Attempt(Generic[T]):
    """One call under way. The call must not touch the database session of who waits."""

    def __init__(self, call: Callable[[], T], name: str) -> None:
        self._call = call
        self._answer: list[T] = []
        self._error: list[Exception] = []
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer.append(self._call())
        except Exception as error:
            self._error.append(error)

    @property
    def hangs(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> T:
        self._thread.join(seconds)
        if self.hangs:
            raise TimeoutError("timed out")
        if self._error:
            raise self._error[0]
        return self._answer[0]
