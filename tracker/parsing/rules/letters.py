"""The capital and the small letters of Vietnamese, for patterns: a range such as À-Ỹ would hold both."""

from __future__ import annotations

MARKED = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
UP = "A-Z" + MARKED
LOW = "a-z" + MARKED.lower()
