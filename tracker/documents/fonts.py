"""Which words of a .docx are in a font of before Unicode: its body and styles go in, text as shown comes out."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from tracker.documents.legacy import SAMPLE, has_unicode, is_old_font, of_font, turn_of
from tracker.documents.numbering import LONGEST_CHAIN, child, value

Element = Any
FONTS, TEXT, RUN = qn("w:rFonts"), qn("w:t"), qn("w:r")
NAMES = (qn("w:ascii"), qn("w:hAnsi"))


class Fonts:
    """Turns text where its font asks for it; a document without such fonts costs one look."""

    def __init__(self, body: Element, styles: Element) -> None:
        self._styles = {style.get(qn("w:styleId")): style for style in styles.findall(qn("w:style"))}
        named = {_name(fonts) for root in (body, styles) for fonts in root.iter(FONTS)}
        self._wanted = any(is_old_font(name) for name in named)
        self._default = self._default_font(styles)
        # Many offices turned their text to Unicode and left the old font's name behind.
        self._lies = self._wanted and self._holds_unicode(body)
        self._turn = None if self._wanted else turn_of(_sample(body))

    def shown(self, text: str, run: Element | None, paragraph: Element) -> str:
        if self._turn:
            return self._turn(text)
        if not self._wanted or self._lies or not text.strip():
            return text
        return of_font(text, self._font(run, paragraph))

    def _holds_unicode(self, body: Element) -> bool:
        for run in body.iter(RUN):
            text = "".join(part.text or "" for part in run.iter(TEXT))
            if has_unicode(text) and is_old_font(self._font(run, None)):
                return True
        return False

    def _font(self, run: Element | None, paragraph: Element | None) -> str:
        """The run's own font, else its style's, else its paragraph's style's, else the default."""
        own = child(run, "rPr")
        found = _name(child(own, "rFonts")) or self._of_style(value(own, "rStyle"))
        if found:
            return found
        if paragraph is None and run is not None:
            paragraph = next(run.iterancestors(qn("w:p")), None)
        return self._of_style(value(child(paragraph, "pPr"), "pStyle")) or self._default

    def _default_font(self, styles: Element) -> str:
        normal = [
            style for style in self._styles.values() if style.get(qn("w:default")) in ("1", "true", "on")
        ]
        named = [fonts for style in normal for fonts in style.iter(FONTS)]
        defaults = child(styles, "docDefaults")
        named += [] if defaults is None else list(defaults.iter(FONTS))
        return next(filter(None, map(_name, named)), "")

    def _of_style(self, style_id: str | None) -> str:
        for _ in range(LONGEST_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                break
            name = _name(child(child(style, "rPr"), "rFonts"))
            if name:
                return name
            style_id = value(style, "basedOn")
        return ""


def _name(fonts: Element | None) -> str:
    return "" if fonts is None else next(filter(None, (fonts.get(name) for name in NAMES)), "")


def _sample(body: Element) -> str:
    words: list[str] = []
    size = 0
    for part in body.iter(TEXT):
        words.append(part.text or "")
        size += len(words[-1])
        if size > SAMPLE:
            break
    return " ".join(words)
