"""Ask the user on the terminal how to answer a call of a re-run."""

from __future__ import annotations

import os
from typing import TextIO

from replay_gui.core.errors import RerunRefused
from replay_gui.core.text.plain_text import visible
from replay_gui.record.sessions.questions import Question, Reply, ReplyKind, value_of_words

_TERMINAL = "/dev/tty"  # standard input and output are the agent's
_MAX_CHARACTERS = 2_000
_CHOICES = {
    "r": (ReplyKind.RECORDED, "as recorded"),
    "l": (ReplyKind.LIVE, "for real"),
    "v": (ReplyKind.VALUE, "with a value"),
    "s": (ReplyKind.STOP, "stop here"),
}


def check_terminal() -> None:
    """Raise RerunRefused if there is no terminal for questions to the user."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise RerunRefused("there is no terminal on which you could be asked how calls are answered") from None


def ask_on_terminal(question: Question) -> Reply:
    """Ask, and return the reply; STOP if the terminal is closed."""
    with (
        open(_TERMINAL, encoding="utf-8", errors="replace") as keys,  # noqa: PTH123  a device
        open(_TERMINAL, "w", encoding="utf-8", errors="backslashreplace") as screen,  # noqa: PTH123
    ):
        return ask_between(question, keys, screen)


def ask_between(question: Question, keys: TextIO, screen: TextIO) -> Reply:
    """Ask on `screen`, and read the reply from `keys`, line by line; STOP at the end of `keys`."""
    possible = {key: words for key, words in _CHOICES.items() if words[0] in question.choices}
    place = f" by {question.place}" if question.place else ""
    _print(screen, f"the agent calls {question.asked}{place}")
    _print(screen, f"  asked: {question.request}", lines=True)
    _print(screen, f"  recorded answer: {question.recorded or 'none'}", lines=True)
    while True:
        _print(screen, "  answer " + ", ".join(f"{key} {words}" for key, (_, words) in possible.items()) + "?")
        line = keys.readline()
        key = line.strip().lower()
        if not line:
            return Reply(ReplyKind.STOP)
        if key not in possible:
            continue
        if possible[key][0] is not ReplyKind.VALUE:
            return Reply(possible[key][0])
        _print(screen, "  the value, as JSON or else as text, in one line:")
        return Reply(ReplyKind.VALUE, value_of_words(keys.readline().rstrip("\n")))


def _print(screen: TextIO, text: str, *, lines: bool = False) -> None:
    print(visible(text[:_MAX_CHARACTERS], "\n" if lines else ""), file=screen, flush=True)
