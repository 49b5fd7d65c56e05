"""Find whether the last act of an agent was to call its own tool that ends the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from replay_gui.core.log.kinds import Kind

Finish = tuple[Literal["answered", "submitted"], str]
"""How the run ended, and the tool, or the member, by which it did."""

_TOOLS: Mapping[str, Literal["answered", "submitted"]] = {
    **dict.fromkeys(("mark_task_complete", "task_complete", "complete_task", "task_done"), "submitted"),
    **dict.fromkeys(("finish", "final_answer", "final_result", "attempt_completion"), "answered"),
}
_SUBMIT = "submit"  # also what a page's form has
_OF_SUBMIT = frozenset({"answer", "final_answer", "result", "submission", "message", "solution", "command"})
_HANDS_IN = re.compile(r"\s*echo ['\"]?(?:COMPLETE_TASK_AND_SUBMIT|MINI_SWE_AGENT)_FINAL_OUTPUT")
_QUESTIONS = (  # by which a harness lets the agent go on
    "Are you sure you want to mark the task as complete",  # Terminus
    "Please carefully follow the steps below to help review your changes",  # SWE-agent
)
_SAYS_SO = re.compile(r'"task_complete"\s*:\s*true|<task_complete>\s*true')
_RESULTS = ("environment", "tool")  # whose observations are results without a call
_MAX_CHARACTERS = 1000  # at the beginning and the end of a text, in which a question is searched


class Finishing:
    """Follow the events of a run; events of subagents do not count."""

    def __init__(self) -> None:
        self._finish: Finish | None = None
        self._seq: int | None = None  # of the call
        self._asked = False  # whether the harness asked if the agent is sure
        self.is_waiting = False
        """Whether the user had the last word."""

    @property
    def finish(self) -> Finish | None:
        """How the run ended, if it ended by a call, or by a confirmation, after which nothing was said or done."""
        return self._finish

    def add(self, kind: str, payload: Mapping[str, Any], seq: int, meta: Mapping[str, Any]) -> None:
        """Add an event; `seq`: its number."""
        if meta.get("subagent"):
            return
        if kind in (Kind.OBSERVATION, Kind.DECISION, Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE):
            is_message = kind == Kind.OBSERVATION and payload.get("obs_type") == "message"
            self.is_waiting = is_message and payload.get("source") == "user"
        match kind:
            case Kind.TOOL_REQUEST:
                self._finish, self._seq = finish_by_call(payload.get("tool_name"), payload.get("input")), seq
            case Kind.TOOL_RESPONSE:
                self._see(payload.get("output"))
                if meta.get("parent") == self._seq and payload.get("success") is False:
                    self._finish = None
            case Kind.OBSERVATION:
                if payload.get("obs_type") != "environment" and payload.get("source") not in _RESULTS:
                    self._finish = None
                self._see(payload.get("data"))
            case Kind.DECISION:
                says_so = self._asked and _SAYS_SO.search(str(payload.get("data")))
                self._finish, self._asked = ("submitted", "task_complete") if says_so else None, False
            case Kind.CAPABILITY_DENIED:
                self._finish = None

    def _see(self, text: Any) -> None:
        near_ends = (text[:_MAX_CHARACTERS], text[-_MAX_CHARACTERS:]) if isinstance(text, str) else ()
        self._asked = any(question in part for part in near_ends for question in _QUESTIONS)
        if self._asked:
            self._finish = None


def finish_by_call(tool_name: Any, given: Any) -> Finish | None:
    """Return how a run ends whose last act is this call; None if it may go on."""
    if not isinstance(tool_name, str):
        return None
    name = tool_name.lower()
    if name in _TOOLS:
        return _TOOLS[name], tool_name
    if name == _SUBMIT and (not given or not isinstance(given, dict) or given.keys() <= _OF_SUBMIT):
        return "submitted", tool_name
    commands = [given.get(key) for key in ("command", "cmd")] if isinstance(given, dict) else []
    hands_in = any(isinstance(command, str) and _HANDS_IN.match(command) for command in commands)
    return ("submitted", tool_name) if hands_in else None
