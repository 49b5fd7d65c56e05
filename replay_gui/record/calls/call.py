"""A call of an agent to something outside itself, and the answer: the one form that all hooks use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any

MADE_AGAIN = "made_again"
"""Member of an answer's form: whether the result can be made again of its plain form. Absent: it is that form."""


class CallKind(StrEnum):
    """What is called."""

    MODEL = "model"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What an agent asks.

    Attributes:
        kind: a model or a tool.
        name: the tool, or the endpoint of the model, such as ``POST /v1/chat/completions``.
        value: plain value: the arguments of the tool, the body of the model request.
        version: of the tool, "" if unknown.
        meta: what may differ between equal calls, such as the host; it is recorded, but never compared.
    """

    kind: CallKind
    name: str
    value: Any
    _: KW_ONLY
    version: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """The answer to a call.

    Attributes:
        output: plain value, without ids: a tool's result, or a model's message.
        error: why the call failed; None if it did not.
        error_type: the class of the failure, such as "TimeoutError" or "HTTP 429".
        decision_type: of a model's answer: "message", or "tool_calls" where it asks for tools.
        reasoning: what a model said of its reasons, or None.
        form: the data with which the hook can give the same answer again; plain values, stored in meta.
        meta: what may differ between equal answers: tokens, ids.
        is_clean: whether the hook has found it to be plain and without secrets.
    """

    output: Any
    _: KW_ONLY
    error: str | None = None
    error_type: str = ""
    decision_type: str = "message"
    reasoning: str | None = None
    form: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    is_clean: bool = False

    @property
    def success(self) -> bool:
        """Whether the call did not fail."""
        return self.error is None
