"""One thing that the command palette offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class PaletteGroup(StrEnum):
    """What an entry is, in the order in which equally good ones are listed."""

    ACTION = "Action"
    EVENT = "Event"
    NOTE = "Note"
    TOOL = "Tool"
    KIND = "Kind"
    RUN = "Recent run"
    VALUE = "Value"
    SEARCH = "Search"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteEntry:
    """What is shown of it, on one line each, and what Enter does.

    Attributes:
        name: what is searched. detail: more about it. shortcut: its keys as the system writes them, or "".
        kind, tool: of the event whose mark stands before it; "" and None: there is no mark.
        enabled: whether it can be done now.
    """

    group: PaletteGroup
    name: str
    act: Callable[[], object]
    detail: str = ""
    shortcut: str = ""
    kind: str = ""
    tool: int | None = None
    enabled: bool = True
