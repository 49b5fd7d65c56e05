"""What stands in the place of a text that the source of a log has not recorded.

Importers write these words into a log, in English; they are shown in the user's language.
"""

from __future__ import annotations

from typing import Any

from replay_gui.core.translation.messages import tr, translatable

PROMPT_NOT_RECORDED = translatable("(prompt, not recorded)")
ANSWER_NOT_RECORDED = translatable("(answer, not recorded)")
OUTPUT_NOT_RECORDED = translatable("(output, not recorded)")
REASONING_NOT_RECORDED = translatable("(reasoning, not recorded)")

_PLACEHOLDERS = frozenset((PROMPT_NOT_RECORDED, ANSWER_NOT_RECORDED, OUTPUT_NOT_RECORDED, REASONING_NOT_RECORDED))


def shown_value(value: Any) -> Any:
    """Return a value of an event; one of the words above is in the user's language."""
    return tr(value) if isinstance(value, str) and value in _PLACEHOLDERS else value
