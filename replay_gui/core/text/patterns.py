"""Regular expressions from a file or a user: matched without backtracking, and with a time limit.

They run on RE2, whose time grows with the length of the text and never with the number of ways to match it. It has no
look-around and no back-references, and ``\\d``, ``\\w``, ``\\s`` and ``\\b`` are ASCII only. The program's own
patterns, which are tested for this, use the standard library.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Protocol

from replay_gui.core.errors import PatternRefused
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_PATTERN_LENGTH = 10_000  # characters
_MAX_SECONDS = 10.0  # of processor time that one pattern may take in total
_MATCHES_PER_CLOCK_READ = 64  # matches between two readings of the clock
_LONE_SURROGATES = "surrogatepass"  # from file names that are not UTF-8: kept unchanged


class TextPattern(Protocol):
    """A regular expression that is applied to texts."""

    def replace_each(self, text: str, replacement: Callable[[str], str]) -> str:
        """Return the text with each match replaced by the result of `replacement`, from left to right."""

    def covers(self, text: str) -> bool:
        """Return whether the whole text is one match."""


class OwnPattern:
    """One of the program's patterns, on the standard library's engine."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def replace_each(self, text: str, replacement: Callable[[str], str]) -> str:
        """Return the text with each match replaced by the result of `replacement`, from left to right."""
        return self._pattern.sub(lambda match: replacement(match[0]), text)

    def covers(self, text: str) -> bool:
        """Return whether the whole text is one match."""
        return self._pattern.fullmatch(text) is not None


class ForeignPattern:
    """A pattern of a file or a user, on RE2.

    Both methods raise PatternRefused once the pattern has taken more than `max_seconds` of processor time in total:
    a long text that matches in many places, each of which is searched to the text's end, can still be expensive.
    """

    def __init__(self, pattern: str, max_seconds: float = _MAX_SECONDS) -> None:
        """Raises PatternRefused, in one line, if RE2 does not accept the pattern."""
        import re2  # imported only if such a pattern is used

        if len(pattern) > MAX_PATTERN_LENGTH:
            raise PatternRefused(
                tr("the pattern is longer than {limit} characters", limit=whole_number(MAX_PATTERN_LENGTH))
            )
        options = re2.Options()
        options.log_errors = False
        try:
            self._pattern = re2.compile(pattern.encode(), options)
        except (re2.error, UnicodeEncodeError) as why:
            raise PatternRefused(
                tr("the pattern {pattern!r} is refused: {reason}", pattern=pattern, reason=_reason(why))
            ) from None
        self._text = pattern
        self._max_seconds = max_seconds
        self._seconds = 0.0

    def replace_each(self, text: str, replacement: Callable[[str], str]) -> str:
        """Return the text with each match replaced by the result of `replacement`, from left to right."""
        self._check_time()
        data = text.encode(errors=_LONE_SURROGATES)
        parts: list[bytes] = []
        end, begun, before = 0, time.thread_time(), self._seconds
        for count, match in enumerate(self._pattern.finditer(data), 1):
            matched = data[match.start() : match.end()].decode(errors=_LONE_SURROGATES)
            parts += (data[end : match.start()], replacement(matched).encode(errors=_LONE_SURROGATES))
            end = match.end()
            if count % _MATCHES_PER_CLOCK_READ == 0:
                self._seconds = before + time.thread_time() - begun
                self._check_time()
        self._seconds = before + time.thread_time() - begun
        return text if not parts else b"".join((*parts, data[end:])).decode(errors=_LONE_SURROGATES)

    def covers(self, text: str) -> bool:
        """Return whether the whole text is one match."""
        self._check_time()
        begun = time.thread_time()
        is_covered = self._pattern.fullmatch(text.encode(errors=_LONE_SURROGATES)) is not None
        self._seconds += time.thread_time() - begun
        return is_covered

    def _check_time(self) -> None:
        if self._seconds > self._max_seconds:
            raise PatternRefused(
                tr(
                    "the pattern {pattern!r} takes more than {seconds:g} s on these texts; make it simpler",
                    pattern=self._text,
                    seconds=self._max_seconds,
                )
            )


def _reason(why: Exception) -> str:
    """Return RE2's reason for refusing a pattern, and the syntax that it does not support."""
    if isinstance(why, UnicodeEncodeError):
        return tr("it is not Unicode text")
    message = why.args[0] if why.args else b""
    words = message.decode(errors="replace") if isinstance(message, bytes) else str(message)
    return tr("{reason}; look-around and back-references are not known", reason=words)
