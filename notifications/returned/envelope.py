"""The envelope sender that names its letter: what comes back to it tells which letter came back.

`thu-tra@example.vn` becomes `thu-tra+17-k3jd8c2m5qx7a9bn@example.vn`. Whoever does not have the installation's key
cannot make one. Letters of both cases are read, because some servers change them.
"""

from __future__ import annotations

import hmac
import re

from tracker import signatures

SIGNATURE_LENGTH = 16  # of 32 letters each: 80 bits
_TAG = re.compile(r"\+(?P<id>[1-9][0-9]{0,9})-(?P<signature>[a-z2-7]{16})$", re.ASCII)


def make(address: str, letter_id: int, secret: str) -> str:
    """The envelope sender for a letter; `address` is TRACKER_BOUNCE_ADDRESS."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{letter_id}-{_signature(letter_id, secret)}@{domain}"


def read(address: str, secret: str) -> int | None:
    """The letter that an address of ours names; None for every other address."""
    found = _TAG.search(address.strip().strip("<>").lower().rpartition("@")[0])
    if found is None:
        return None
    letter_id = int(found["id"])
    good = hmac.compare_digest(found["signature"], _signature(letter_id, secret))
    return letter_id if good else None


def _signature(letter_id: int, secret: str) -> str:
    return signatures.mark(secret, f"bounce:{letter_id}", SIGNATURE_LENGTH)
