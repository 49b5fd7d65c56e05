"""The names that lines of code use: identifiers and texts of one word, without comments and prose."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Iterable

from replay_gui.core.effects.word_lists import word_set

BUILT_IN = frozenset(dir(builtins))
"""The names that Python has without an import."""

_WORD = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]{2,}|(?<![\w.])\d[\w.]*\w")
_KEYWORDS = word_set(
    "if else elif for while return def class and or not in is None True False try except finally pass continue break"
    " import from as with raise yield lambda assert del global self the we this that can was are any has have then key"
    " value values new const let var function func null undefined true false public private static void int str"
)
_STRING = re.compile(r"([\"'])([^\"']*)\1")
_ONE_WORD = re.compile(r"\w{3,30}")
_CODE = re.compile(
    r"[()\[\]={}@]|[:;{]\s*$|^\s*(?:return|raise|import|from|break|continue|pass|else|try|except|finally)\b"
)
_DOCSTRING = re.compile(r"[rRuUfFbB]{0,2}(?:\"\"\"(?:(?!\"\"\").)*\"\"\"|'''(?:(?!''').)*''')")
_COMMENT = re.compile(r"(^|\s)(#|//).*$")


def code_names(lines: Iterable[str]) -> Counter[str]:
    """Return how often each name occurs in lines of code; the words of texts, comments and docstrings are not names."""
    names: Counter[str] = Counter()
    in_docstring = False
    for raw in lines:
        line = raw.strip()
        if line.count('"""') % 2 or line.count("'''") % 2:
            in_docstring = not in_docstring
            continue
        if in_docstring or line.startswith(('"""', "'''", "*", "/*")):
            continue
        line = _STRING.sub(lambda text: text[2] if _ONE_WORD.fullmatch(text[2]) else "''", line)
        if _CODE.search(line):
            names.update(word for word in _WORD.findall(_COMMENT.sub("", line)) if word not in _KEYWORDS)
    return names


def is_python_remark(line: str) -> bool:
    """Whether a line of Python is no code: it is blank, a comment or a docstring of one line."""
    bare = line.strip()
    return not bare or bare.startswith("#") or _DOCSTRING.fullmatch(bare) is not None


def without_remark(line: str) -> str:
    """Return a line of Python without blanks and without a comment at its end; a ``#`` in a text is not a comment."""
    bare = line.strip()
    at = begin = quotes = double_quotes = 0
    while (at := bare.find("#", at)) >= 0:
        quotes += bare.count("'", begin, at)
        double_quotes += bare.count('"', begin, at)
        if quotes % 2 == 0 and double_quotes % 2 == 0:
            return bare[:at].rstrip()
        begin, at = at, at + 1
    return bare
