"""What is kept of a call of a run that was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from replay_gui.core.contrast.run_reading import RunReading
from replay_gui.core.contrast.step_words import call_label
from replay_gui.core.effects.tool_call import ToolCall, answer_key
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.file_edits import named_file, overwritten_files, text_read


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall(ToolCall):
    """A call whose `answer` is only kept if it is the text of a file that the run overwrites.

    Attributes:
        answer_hash: see `answer_key`. answer_size: characters of the masked answer; 0 without a response.
        label: see call_label.
        undecided: whether its effect is the one that runs show of its tool; `targets` are those of a change.
    """

    answer_hash: bytes
    answer_size: int
    label: str
    undecided: bool

    @property
    def answer_key(self) -> bytes:
        """16 bytes, equal for answers that differ only in clocks and ids."""
        return self.answer_hash


def kept_calls(
    reading: RunReading, masked: Mapping[EventIndex, str], undecided: Mapping[EventIndex, tuple[str, ...]]
) -> Iterator[KeptCall]:
    """Yield the calls of a run as they are kept.

    `masked`: their masked answers, by request. `undecided`: see undecided_calls.
    """
    overwritten = frozenset[str]() if reading.patch else overwritten_files(reading.calls)
    for call in reading.calls:
        answer = masked[call.request]
        is_file = call.took_effect and named_file(call) in overwritten
        yield KeptCall(
            request=call.request,
            response=call.response,
            tool=call.tool,
            input=call.input,
            key=call.key,
            answer=text_read(call.answer) if is_file else None,
            ok=call.ok,
            effect=call.effect,
            reason=call.reason,
            targets=undecided.get(call.request, call.targets),
            certain=call.certain,
            also_checks=call.also_checks,
            unchecked=call.unchecked,
            answer_hash=answer_key(answer),
            answer_size=len(answer),
            label=call_label(call),
            undecided=call.request in undecided,
        )
