"""How much of a file is read at all. One table; the refusals name these figures."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
# An ordinary file unpacks to thirty times its size, so only the absolute size tells a bomb from a document.
MAX_UNPACKED_BYTES = 200 * MEGABYTE
MAX_PARTS = 5000
MAX_BLOCKS = 50_000
