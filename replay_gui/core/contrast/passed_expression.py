"""The user's definition of passing, for logs without outcomes: ``score >= 0.5 and end == answered``; a small parser.

Grammar: comparisons of a field with a number or a text, ``and``, ``or``, ``not`` and parentheses. A text of several
words needs quotation marks. A field that a run lacks makes the result unknown, unless the rest decides it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from replay_gui.core.contrast.run_profile import EvaluatedRun
from replay_gui.core.errors import NotesRefused
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

Judge: TypeAlias = Callable[[EvaluatedRun], bool | None]
"""Whether a run passed; None if that is unknown."""

_NS_PER_SECOND = 1_000_000_000
_MAX_CHARACTERS, _MAX_DEPTH = 2_000, 50  # of an expression; nested parentheses and nots
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])|(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?P<sign>==|!=|<=|>=|<|>|=|\(|\))|(?P<word>[^\s()<>=!"']+))"""
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _label(run: EvaluatedRun) -> str | None:
    return next((outcome.label for outcome in run.result.outcomes if outcome.label), None)


FIELDS: dict[str, Callable[[EvaluatedRun], Any]] = {
    "score": lambda run: run.score,
    "label": _label,
    "passed": lambda run: run.passed,
    "end": lambda run: None if run.result.end is None else run.result.end.how,
    "events": lambda run: run.events,
    "calls": lambda run: run.calls,
    "failures": lambda run: run.failures,
    "tokens": lambda run: run.tokens,
    "cost": lambda run: run.cost,
    "duration": lambda run: None if run.duration is None else run.duration / _NS_PER_SECOND,
    "task": lambda run: run.identity.task,
    "trial": lambda run: run.identity.trial,
    "agent": lambda run: run.identity.agent,
    "model": lambda run: run.identity.model,
}
"""What an expression can name. `duration`: seconds; `cost`: dollars."""

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def passed_judge(expression: str) -> Judge:
    """Return the judge for an expression; raise NotesRefused, with the position, if it is invalid."""
    if len(expression) > _MAX_CHARACTERS:
        raise NotesRefused(tr("--passed: longer than {number} characters", number=whole_number(_MAX_CHARACTERS)))
    parser = _ExpressionParser(list(_tokens(expression)), expression)
    judge = parser.either(0)
    parser.expect_end()
    return judge


def _tokens(expression: str) -> Iterator[_Token]:
    at = 0
    while expression[at:].strip():
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            rest = expression[at:].lstrip()
            at = len(expression) - len(rest)
            raise NotesRefused(
                tr("--passed: not understood from character {place} on: {text}", place=at + 1, text=repr(rest[:40]))
            )
        yield _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        at = match.end()


class _ExpressionParser:
    """A recursive-descent parser of `or`, `and`, `not`, parentheses and comparisons."""

    def __init__(self, tokens: list[_Token], expression: str) -> None:
        self._tokens, self._at, self._expression = tokens, 0, expression

    def either(self, depth: int) -> Judge:
        judges = [self._all(depth)]
        while self._take_word("or"):
            judges.append(self._all(depth))
        return judges[0] if len(judges) == 1 else lambda run: _any([judge(run) for judge in judges])

    def _all(self, depth: int) -> Judge:
        judges = [self._one(depth)]
        while self._take_word("and"):
            judges.append(self._one(depth))
        return judges[0] if len(judges) == 1 else lambda run: _not(_any([_not(judge(run)) for judge in judges]))

    def _one(self, depth: int) -> Judge:
        if depth > _MAX_DEPTH:
            raise NotesRefused(
                tr("--passed: more than {number} parentheses or nots within one another", number=_MAX_DEPTH)
            )
        if self._take_word("not"):
            judge = self._one(depth + 1)
            return lambda run: _not(judge(run))
        if self._take_sign("("):
            judge = self.either(depth + 1)
            if not self._take_sign(")"):
                raise self._problem(tr("a ) is missing"))
            return judge
        return self._comparison()

    def _comparison(self) -> Judge:
        name = self._next(tr("a field is expected"))
        field = FIELDS.get(name.text) if name.kind == "word" else None
        if field is None:
            fields = ", ".join(FIELDS)
            raise NotesRefused(
                tr("--passed: {word} is not known; the fields are {fields}", word=repr(name.text), fields=fields)
            )
        sign = self._peek()
        if sign is None or sign.kind != "sign" or sign.text not in _COMPARISONS:
            if name.text == "passed":
                return lambda run: run.passed
            raise self._problem(
                tr("after {field}, one of {signs} is expected", field=name.text, signs=" ".join(_COMPARISONS))
            )
        self._at += 1
        compare, wanted = _COMPARISONS[sign.text], self._value(self._next(tr("a number or a text is expected")))
        return lambda run: _compared(field(run), compare, wanted)

    @staticmethod
    def _value(token: _Token) -> float | str:
        if token.kind == "sign":
            raise NotesRefused(tr("--passed: a number or a text is expected at character {place}", place=token.at + 1))
        if token.kind == "number":
            return float(token.text)
        return token.text[1:-1] if token.kind == "text" else token.text

    def expect_end(self) -> None:
        if self._peek() is not None:
            raise self._problem(tr("'and' or 'or' is expected"))

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, problem: str) -> _Token:
        """Return the next token; `problem`: of an expression that ends before it."""
        token = self._peek()
        if token is None:
            raise self._problem(problem)
        self._at += 1
        return token

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _take_sign(self, sign: str) -> bool:
        return self._take("sign", sign)

    def _take(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token is None or token.kind != kind or token.text.lower() != text:
            return False
        self._at += 1
        return True

    def _problem(self, what: str) -> NotesRefused:
        token = self._peek()
        found = {"problem": what, "expression": repr(self._expression)}
        if token is None:
            return NotesRefused(tr("--passed: {problem} at its end of {expression}", **found))
        return NotesRefused(tr("--passed: {problem} at character {place} of {expression}", place=token.at + 1, **found))


def _compared(value: Any, compare: Callable[[Any, Any], bool], wanted: float | str) -> bool | None:
    """Compare by the type of the field; None if the run lacks it, or it cannot be compared."""
    if value is None:
        return None
    if isinstance(value, bool):
        truth = _TRUTH.get(str(wanted).lower())
        return compare(value, truth) if truth is not None and compare in (operator.eq, operator.ne) else None
    if isinstance(value, str):
        return compare(value, f"{wanted:g}" if isinstance(wanted, float) else wanted)
    return None if isinstance(wanted, str) else compare(value, wanted)


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
