"""What the installation derives from its key instead of storing it: tokens, secrets, and marks in what leaves it.

Each message begins with its purpose, so that nothing made for one can be used for another.
"""

from __future__ import annotations

import base64
import hmac


def token(secret: str, message: str, length: int) -> str:
    """So many characters for an address or a header: letters of both cases, digits, - and _."""
    return base64.urlsafe_b64encode(_mac(secret, message)).decode("ascii")[:length]


def mark(secret: str, message: str, length: int) -> str:
    """So many characters that also survive where case does not: small letters and the digits 2 to 7."""
    return base64.b32encode(_mac(secret, message)).decode("ascii").lower()[:length]


def _mac(secret: str, message: str) -> bytes:
    return hmac.digest(secret.encode(), message.encode(), "sha256")
