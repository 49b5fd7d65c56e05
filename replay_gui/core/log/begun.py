"""How a recorded run was begun: in the meta of its first event, since it may differ between equal runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MEMBER = "begun"
"""The member of meta."""

_COMMAND, _FOLDER, _MEANS = "command", "folder", "means"


class RecordingMeans(StrEnum):
    """By which means a run was recorded."""

    HOOKS = "hooks"
    PROXY = "proxy"
    MCP = "mcp"
    CLAUDE_CODE = "claude-code"  # the proxy for models, and the hooks of Claude Code for tools


@dataclass(frozen=True, slots=True)
class RunBegin:
    """How a recorded run was begun.

    Attributes:
        command: the words that run the agent. folder: where it was run. means: by which it was recorded.
    """

    command: tuple[str, ...]
    folder: str
    means: RecordingMeans = RecordingMeans.HOOKS

    @property
    def meta(self) -> dict[str, Any]:
        """The value of MEMBER."""
        return {_COMMAND: [*self.command], _FOLDER: self.folder, _MEANS: self.means.value}

    @classmethod
    def of_event(cls, payload: Mapping[str, Any], meta: Mapping[str, Any]) -> RunBegin | None:
        """Return what an AgentInit says; None where it does not say which command it was."""
        begun = meta.get(MEMBER)
        if not isinstance(begun, dict):
            config = payload.get("config")  # where recordings named the command before
            begun = config if isinstance(config, dict) else {}
        command, folder, means = begun.get(_COMMAND), begun.get(_FOLDER, ""), begun.get(_MEANS, RecordingMeans.HOOKS)
        if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
            return None
        known = means if isinstance(means, str) and means in set(RecordingMeans) else RecordingMeans.HOOKS
        return cls(tuple(command), folder if isinstance(folder, str) else "", RecordingMeans(known))
