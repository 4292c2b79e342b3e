"""What a channel says when a parcel did not go: one exception for all of them."""

from __future__ import annotations

NEVER, LATER, LINK = "never", "later", "link"


class NotSent(Exception):
    """`how` is never (it was refused for good), later (another try may mend it), or link: the line, the server or our
    own settings failed, which is no fault of the letter."""

    def __init__(self, how: str, answer: str) -> None:
        super().__init__(answer)
        self.how = how
        self.answer = answer
