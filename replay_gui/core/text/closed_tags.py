"""Find texts between an opening and a closing tag, in linear time."""

from __future__ import annotations

import re


def without_closed(pattern: re.Pattern[str], text: str, closing: str) -> tuple[list[re.Match[str]], str]:
    """Return (the matches of a pattern that ends with a fixed text, the text around them).

    Each opening tag that is not closed would be a search to the end of the text; so only the text up to the last
    closing tag is examined.
    """
    matches, around, at = list[re.Match[str]](), list[str](), 0
    for match in pattern.finditer(text, 0, text.rfind(closing) + len(closing) if closing in text else 0):
        around.append(text[at : match.start()])
        matches.append(match)
        at = match.end()
    return matches, "".join((*around, text[at:]))
