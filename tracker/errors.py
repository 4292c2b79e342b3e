"""What can go wrong, in words for people and a code for machines.

A `TrackerError` names the thing, the place and the next step. Doors show `str(error)` as it is and map
`status` to their own protocol; nothing else needs to be caught.
"""


class TrackerError(Exception):
    """A refusal that a person can act upon.

    `code` is stable and English; `message` is Vietnamese and says what, where and what to do next.
    """

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code:
            self.code = code


class UnreadableFile(TrackerError):
    """The file is empty, too large, damaged, locked or of a kind that is not read."""

    code = "unreadable-file"
    status = 422


class Refused(TrackerError):
    """The deed does not fit the present state of things."""

    code = "refused"
    status = 409


class Invalid(TrackerError):
    """What was entered cannot be taken; the message says which part."""

    code = "invalid"
    status = 422


class Forbidden(TrackerError):
    """The person has no right to this deed on this thing."""

    code = "forbidden"
    status = 403


class NotFound(TrackerError):
    """There is no such thing, or the person may not know that there is."""

    code = "not-found"
    status = 404
