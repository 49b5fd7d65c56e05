"""A call of an agent to the outside, and the answer: the form that all hooks use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

MADE_AGAIN = "made_again"
"""Member of an answer's form: whether the result can be made again of its plain form. Absent: it is that form."""


class CallKind(StrEnum):
    """The sort of the callee."""

    MODEL = "model"
    TOOL = "tool"


class CallRequest(Struct, frozen=True):
    """The request of an agent.

    Attributes:
        kind: a model or a tool.
        name: the tool, or the endpoint of the model, such as ``POST /v1/chat/completions``.
        value: plain value: the arguments of the tool, the body of the model request.
        version: of the tool, "" if unknown.
        meta: data that may differ between equal calls, such as the host; it is recorded, but never compared.
    """

    kind: CallKind
    name: str
    value: Any
    version: str = ""
    meta: Mapping[str, Any] = {}


class CallAnswer(Struct, frozen=True, kw_only=True):
    """The answer to a call.

    Attributes:
        output: plain value, without ids: a tool's result, or a model's message.
        error: why the call failed; None if it did not.
        error_type: the class of the failure, such as "TimeoutError" or "HTTP 429".
        decision_type: of a model's answer: "message", or "tool_calls" if it requests tools.
        reasoning: the reasoning text of a model, or None.
        form: the data from which the hook can make the same answer again; plain values, stored in meta.
        meta: data that may differ between equal answers: tokens, ids.
        is_clean: whether the hook has checked that it is plain, without secrets, and within the limits of a log.
    """

    output: Any
    error: str | None = None
    error_type: str = ""
    decision_type: str = "message"
    reasoning: str | None = None
    form: Mapping[str, Any] = {}
    meta: Mapping[str, Any] = {}
    is_clean: bool = False

    @property
    def success(self) -> bool:
        """Whether the call did not fail."""
        return self.error is None
