"""What one message to or from a model says, whatever form it has in its source."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line, says_failure


@dataclass(frozen=True, slots=True)
class MessageCall:
    """A tool call in a message; `id`: None where the message names none. `rest`: what else it says."""

    id: str | None
    name: str
    input: Any
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What a tool answered, in a message.

    Attributes:
        error: whether it says that the call failed. why: in words of its own. refused: whether the user forbade it.
    """

    id: str | None
    name: str | None
    output: Any
    error: bool
    why: str = ""
    _: KW_ONLY
    refused: bool = False

    @property
    def failure(self) -> str | None:
        """Why the call failed, in a line; None where it did not. An answer that begins so is one: "Error: no file"."""
        texts = [self.output] if isinstance(self.output, str) else self.output if isinstance(self.output, list) else []
        told = [item.get("text") if isinstance(item, dict) else item for item in texts]
        text = next((item for item in told if isinstance(item, str)), "")
        return (self.why or first_line(text) or "failed") if self.error or says_failure(text) else None


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        role: "user", "assistant", "system", "tool", or as the source has it.
        content: its text, or what else it holds (pictures, structured data); None where it has only calls or results.
        reasoning: None where there is none; NOT_RECORDED where it was withheld.
        rest: members that nothing above has.
    """

    role: str
    content: Any
    _: KW_ONLY
    reasoning: str | None
    calls: tuple[MessageCall, ...]
    results: tuple[MessageResult, ...]
    rest: dict[str, Any]
