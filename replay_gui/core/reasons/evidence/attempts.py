"""Whether a later call may be a retry of a failed call."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from replay_gui.core.effects.call_values import input_leaves, leaf_counts, shared_leaves
from replay_gui.core.effects.classifier import command_text
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_python
from replay_gui.core.reasons.evidence.file_edits import edited_path
from replay_gui.core.reasons.phrases import after_change_of_folder
from replay_gui.core.translation.messages import tr

_MIN_SIMILARITY = 0.3  # share of equal arguments, or words, from which a call counts as a retry
_WORD = re.compile(r"\w+")
_MAX_TEXT_CHARACTERS = 20_000  # of an argument whose words are compared
_COMMAND_WORDS = 2  # a program, and its verb or its first argument


class Attempt:
    """A failed call, or a later one; its data for the comparison are computed on demand."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call

    def is_like(self, other: Attempt) -> bool:
        """Whether one of two calls with equal `of` may be a retry of the other.

        This is so if they have common arguments, are about one file, or have most words in common: an edit that
        is given as one text is seldom repeated with exactly the same text. Commands must begin with the same program
        and the same word after it: ``git commit`` is no retry of ``git status``.
        """
        if self._command != other._command:
            return False
        if self.call.key == other.call.key or shared_leaves(self._leaves, other._leaves) >= _MIN_SIMILARITY:
            return True
        if self._path is not None and self._path == other._path:
            return True
        words = self._words | other._words
        return bool(words) and len(self._words & other._words) >= _MIN_SIMILARITY * len(words)

    @property
    def of(self) -> str:
        """The subject that a retry shares: the tool, or the file of an edit, by whichever tool."""
        return self.call.tool if self._path is None else f"edit {self._path}"

    @cached_property
    def _command(self) -> tuple[str, ...]:
        """The first words of a command, without options and without a change of folder; () if it is none."""
        if runs_python(self.call.tool):
            return ()
        text = command_text(self.call.tool, self.call.input)[:_MAX_TEXT_CHARACTERS]
        words = after_change_of_folder(text).split()
        return tuple(word for word in words if not word.startswith("-"))[:_COMMAND_WORDS]

    @cached_property
    def _leaves(self) -> Counter[tuple[str, bytes]]:
        return leaf_counts(self.call)

    @cached_property
    def _path(self) -> str | None:
        return edited_path(self.call)

    @cached_property
    def _words(self) -> frozenset[str]:
        texts = (value for _, value in input_leaves(self.call.input) if isinstance(value, str))
        return frozenset(word for text in texts for word in _WORD.findall(text[:_MAX_TEXT_CHARACTERS]))


def later_words(tried: bool) -> str:
    """Describe what followed a failed call; `tried`: whether there were retries, which all failed."""
    return tr("no later try succeeded") if tried else tr("this call was not tried again")
