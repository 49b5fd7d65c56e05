"""Texts between an opening and a closing tag, in time that grows with the text and no faster."""

from __future__ import annotations

import re


def without_closed(pattern: re.Pattern[str], text: str, closing: str) -> tuple[list[re.Match[str]], str]:
    """Return (the matches of a pattern that ends with a fixed text, the text around them).

    An opening tag that is not closed would be looked for up to the end of the text, once for each of them; so the text
    is looked at up to the last closing tag only.
    """
    matches, around, at = list[re.Match[str]](), list[str](), 0
    for match in pattern.finditer(text, 0, text.rfind(closing) + len(closing) if closing in text else 0):
        around.append(text[at : match.start()])
        matches.append(match)
        at = match.end()
    return matches, "".join((*around, text[at:]))
