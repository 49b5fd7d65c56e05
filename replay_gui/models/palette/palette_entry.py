"""One entry of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from replay_gui.core.translation.messages import translatable


class PaletteGroup(StrEnum):
    """The sort of an entry; equally good entries are listed in this order."""

    ACTION = translatable("Action")
    EVENT = translatable("Event")
    NOTE = translatable("Note")
    TOOL = translatable("Tool")
    KIND = translatable("Kind")
    RUN = translatable("Recent run")
    VALUE = translatable("Value")
    SEARCH = translatable("Search")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """An entry of the palette: its texts, each on one line, and its action.

    Attributes:
        name: the searched text. detail: more information. shortcut: its keys as the system writes them, or "".
        kind, tool: of the event whose mark is shown before it; "" and None: no mark.
        enabled: whether it is available now.
    """

    group: PaletteGroup
    name: str
    act: Callable[[], object]
    detail: str = ""
    shortcut: str = ""
    kind: str = ""
    tool: int | None = None
    enabled: bool = True
