"""Code in colours: comments, strings, numbers and keywords of common languages.

The patterns do not backtrack, so the time is linear in the length of any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from replay_gui.core.readable.reading_line import LetterStyle, StyledText, TextStyle

_DOUBLE, _SINGLE, _BACKTICK = r'"(?:[^"\\\n]|\\.)*+"?', r"'(?:[^'\\\n]|\\.)*+'?", r"`(?:[^`\\]|\\.)*+`?"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?' + r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
_BLOCK = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_NUMBER = r"\b(?:0[xXbBoO][0-9a-fA-F_]++|[0-9][0-9_]*+(?:\.[0-9_]++)?(?:[eE][+-]?[0-9]++)?)\b"
_WORD = r"[A-Za-z_$][A-Za-z0-9_$]*+"
_STYLES = {"comment": TextStyle.COMMENT, "string": TextStyle.STRING, "number": TextStyle.NUMBER}

_PYTHON = """and as assert async await break case class continue def del elif else except finally for from global if
    import in is lambda match nonlocal not or pass raise return try while with yield True False None self"""
_BRACES = """abstract as async await bool boolean break case catch char class const constexpr continue default defer
    delete do double else enum export extends extern false final finally float fn for from func function go goto if
    impl implements import in instanceof int interface let long loop match mod mut namespace new nil null nullptr of
    override package private protected pub public readonly return self short signed sizeof static string struct super
    switch template this throw throws trait true try type typedef typeof undefined union unsafe unsigned use using var
    virtual void where while yield map chan select range"""
_SHELL = """case do done elif else esac export fi for function if in local return set then until while cd echo exit
    source sudo unset"""
_RUBY = """begin class def do else elsif end ensure false if in module next nil not or redo require rescue retry return
    self super then true undef unless until when while yield"""
_SQL = """add all alter and any as asc between by case cast check column commit constraint create cross database default
    delete desc distinct drop else end except exists false foreign from full group having if in index inner insert
    intersect into is join key left like limit not null offset on or order outer over partition primary references
    returning right rollback select set table then transaction true union unique update using values view when where
    with"""
_CONSTANTS = "true false null yes no on off None True False"


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is coloured. pattern: named groups of _STYLES and "word". any_case: keywords have any case."""

    pattern: re.Pattern[str]
    keywords: frozenset[str]
    any_case: bool = False


def _language(keywords: str, comment: str, *strings: str, any_case: bool = False) -> Language:
    parts = {"comment": comment, "string": "|".join(strings), "number": _NUMBER, "word": _WORD}
    pattern = "|".join(f"(?P<{name}>{part})" for name, part in parts.items() if part)
    return Language(re.compile(pattern, re.DOTALL), frozenset(keywords.split()), any_case)


_MARKUP = (r"<!--(?:[^-]|-(?!->))*+(?:-->)?", _DOUBLE)
_FAMILIES = {
    "python": partial(_language, _PYTHON, r"\#[^\n]*+", _TRIPLE, _DOUBLE, _SINGLE),
    "braces": partial(_language, _BRACES, rf"//[^\n]*+|{_BLOCK}", _DOUBLE, _SINGLE, _BACKTICK),
    "rust": partial(_language, _BRACES, rf"//[^\n]*+|{_BLOCK}", _DOUBLE),  # ' begins a lifetime
    "shell": partial(_language, _SHELL, r"(?<![^\s;])\#[^\n]*+", _DOUBLE, r"'[^']*+'?"),
    "ruby": partial(_language, _RUBY, r"\#[^\n]*+", _DOUBLE, _SINGLE),
    "sql": partial(_language, _SQL, rf"--[^\n]*+|{_BLOCK}", _SINGLE, _DOUBLE, any_case=True),
    "data": partial(_language, _CONSTANTS, r"(?<!\S)\#[^\n]*+", _DOUBLE, _SINGLE),
    "style": partial(_language, "", _BLOCK, _DOUBLE, _SINGLE),
    "markup": partial(_language, "", *_MARKUP),
}
_NAMES = {
    "python": "python py python3 pyi ipython",
    "braces": """c h cc cpp cxx c++ hpp cs csharp java kt kotlin scala swift go golang js javascript jsx mjs cjs ts
        typescript tsx dart php groovy proto json5 jsonc""",
    "rust": "rust rs",
    "shell": "bash sh shell zsh fish console shellscript shell-session powershell ps1 dockerfile makefile",
    "ruby": "ruby rb elixir ex exs perl pl r",
    "sql": "sql postgres postgresql mysql sqlite plsql",
    "data": "json jsonl yaml yml toml ini cfg conf env properties",
    "style": "css scss sass less",
    "markup": "html htm xml svg xhtml vue svelte",
}
_FAMILY_OF = {name: family for family, names in _NAMES.items() for name in names.split()}


def language_named(name: str) -> Language | None:
    """Return the language of a block of code by its name, or of a file by its suffix; None if unknown."""
    family = _FAMILY_OF.get(name.strip().lower().lstrip("."))
    return None if family is None else _FAMILIES[family]()


def language_of_file(path: str) -> Language | None:
    """Return the language of a file by the suffix of its name."""
    name = path[-200:].replace("\\", "/").rpartition("/")[2]
    return language_named(name.rpartition(".")[2])


def code_spans(lines: list[str], language: Language | None) -> Iterator[tuple[StyledText, ...]]:
    """Yield the spans of each line; the lines have no line breaks, and no characters that must be escaped."""
    if language is None:
        yield from ((StyledText(line, form=LetterStyle.MONO),) for line in lines)
        return
    line: list[StyledText] = []
    for text, style in _pieces("\n".join(lines), language):
        for number, part in enumerate(text.split("\n")):
            if number:
                yield tuple(line)
                line = []
            if part:
                line.append(StyledText(part, style, LetterStyle.MONO))
    yield tuple(line)


def _pieces(text: str, language: Language) -> Iterator[tuple[str, TextStyle]]:
    done = 0
    for match in language.pattern.finditer(text):
        style = _STYLES.get(match.lastgroup or "")
        if style is None:
            word = match[0].lower() if language.any_case else match[0]
            if word not in language.keywords:
                continue
            style = TextStyle.KEYWORD
        if match.start() > done:
            yield text[done : match.start()], TextStyle.VALUE
        yield match[0], style
        done = match.end()
    yield text[done:], TextStyle.VALUE
