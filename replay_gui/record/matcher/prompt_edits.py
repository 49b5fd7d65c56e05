"""Edits of prompts: in a re-run, a model receives another input.

The agent's code is not changed; each message to the model that equals the recorded one is replaced on its way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.positions import position_after
from replay_gui.core.text.json_pointer import split_pointer
from replay_gui.record.calls.call import CallKind, CallRequest
from replay_gui.record.matcher.answer_edits import AnswerEdit, with_value_at
from replay_gui.record.matcher.past_run import PastRun
from replay_gui.record.messages.request_parts import CONVERSATION


class PromptEdits:
    """The edited prompts, and their replacements."""

    def __init__(self, run: PastRun, edits: Iterable[AnswerEdit]) -> None:
        """Use those of `edits` whose event has a prompt; raise RerunRefused if this has no such value."""
        self._pairs = [_edited(run, edit) for edit in edits if edit.index in run.prompts]

    def changes(self, asked: CallRequest, clean: CallRequest) -> dict[str, Any]:
        """Return the new values of the members of a request that an edit changes; {} for most requests.

        Args:
            clean: the same request without secrets and ids.
        """
        if not self._pairs or asked.kind is not CallKind.MODEL or not isinstance(clean.value, dict):
            return {}
        changes = {}
        for name in CONVERSATION & clean.value.keys():
            member, of_log = asked.value[name], clean.value[name]
            if isinstance(member, list):
                items = [self._other(item, known) for item, known in zip(member, of_log, strict=True)]
                is_changed = any(new is not old for new, old in zip(items, member, strict=True))
                new: Any = items if is_changed else member
            else:
                new = self._other(member, of_log)
            if new is not member:
                changes[name] = new
        return changes

    def _other(self, asked: Any, of_log: Any) -> Any:
        return next((new for old, new in self._pairs if old == of_log), asked)


def with_changes(request: CallRequest, changes: dict[str, Any]) -> CallRequest:
    """Return the request with these members."""
    return replace(request, value={**request.value, **changes})


def _edited(run: PastRun, edit: AnswerEdit) -> tuple[Any, Any]:
    """Return a prompt as recorded, and as edited: the content of a message, else the text itself."""
    old = run.prompts[edit.index]
    way: Sequence[str] = split_pointer(edit.pointer)
    if isinstance(old, dict) and "content" in old:
        way = ["content", *way]
    try:
        return old, with_value_at(old, way, edit.value, edit.pointer)
    except KeyError as why:
        event = f"event {position_after(edit.index):,}"
        raise RerunRefused(f"{run.path}: {event} cannot be edited: {why.args[0]}") from None
