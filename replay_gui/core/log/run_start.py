"""The start of a recorded run: in the meta of its first event, since it may differ between equal runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, TypeGuard

MEMBER = "begun"
"""The member of meta."""

_COMMAND, _FOLDER, _MEANS, _PROCESS = "command", "folder", "means", "process"


class RecordingMeans(StrEnum):
    """The means by which a run was recorded."""

    HOOKS = "hooks"
    PROXY = "proxy"
    MCP = "mcp"
    CLAUDE_CODE = "claude-code"  # the proxy for models, and the hooks of Claude Code for tools


@dataclass(frozen=True, slots=True)
class RunStart:
    """The start of a recorded run.

    Attributes:
        command: the words that run the agent. folder: its working folder. means: how it was recorded.
        process: the words of the recorded Python process, which can be one of several of the command; empty
        if it is not Python, or unknown.
    """

    command: tuple[str, ...]
    folder: str
    means: RecordingMeans = RecordingMeans.HOOKS
    process: tuple[str, ...] = ()

    @property
    def is_of_another_process(self) -> bool:
        """Whether the recorded process was started by the command."""
        words = [PurePath(word).name for word in self.command]
        return bool(self.process) and [PurePath(word).name for word in self.process][-len(words) :] != words

    @property
    def meta(self) -> dict[str, Any]:
        """The value of MEMBER."""
        process = {_PROCESS: [*self.process]} if self.process else {}
        return {_COMMAND: [*self.command], _FOLDER: self.folder, _MEANS: self.means.value, **process}

    @classmethod
    def of_event(cls, payload: Mapping[str, Any], meta: Mapping[str, Any]) -> RunStart | None:
        """Return the start of the run in an AgentInit; None if it has none."""
        begun = meta.get(MEMBER)
        if not isinstance(begun, dict):
            config = payload.get("config")  # older recordings have the command here
            begun = config if isinstance(config, dict) else {}
        command, folder, means = begun.get(_COMMAND), begun.get(_FOLDER, ""), begun.get(_MEANS, RecordingMeans.HOOKS)
        if not _is_words(command) or not command:
            return None
        known = means if isinstance(means, str) and means in set(RecordingMeans) else RecordingMeans.HOOKS
        process = begun.get(_PROCESS)
        return cls(
            tuple(command),
            folder if isinstance(folder, str) else "",
            RecordingMeans(known),
            tuple(process) if _is_words(process) else (),
        )


def _is_words(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
