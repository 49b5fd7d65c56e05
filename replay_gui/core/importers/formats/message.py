"""One message to or from a model, independent of the form in its source."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line, is_failure_text


@dataclass(frozen=True, slots=True)
class MessageCall:
    """A tool call in a message. `id`: None if the message has none. `rest`: its other members."""

    id: str | None
    name: str
    input: Any
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageResult:
    """The result of a tool call, in a message.

    Attributes:
        error: whether it reports a failure. why: the reason, in its words. refused: whether the user refused the call.
        duration: of the call, ns; None if the result does not say it.
        call_number: the place of the call in the same message, from 0; None if it is in another one.
    """

    id: str | None
    name: str | None
    output: Any
    error: bool
    why: str = ""
    _: KW_ONLY
    refused: bool = False
    duration: int | None = None
    call_number: int | None = None

    @property
    def failure(self) -> str | None:
        """Why the call failed, in one line; None if it did not. First words such as "Error: " count as a failure."""
        texts = [self.output] if isinstance(self.output, str) else self.output if isinstance(self.output, list) else []
        plain_texts = [item.get("text") if isinstance(item, dict) else item for item in texts]
        text = next((item for item in plain_texts if isinstance(item, str)), "")
        return (self.why or first_line(text) or "failed") if self.error or is_failure_text(text) else None


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        role: "user", "assistant", "system", "tool", or as the source has it.
        content: its text, or other content (pictures, structured data); None if it has only calls or results.
        reasoning: None if there is none; REASONING_NOT_RECORDED if it was withheld.
        rest: all other members.
    """

    role: str
    content: Any
    _: KW_ONLY
    reasoning: str | None
    calls: tuple[MessageCall, ...]
    results: tuple[MessageResult, ...]
    rest: dict[str, Any]
