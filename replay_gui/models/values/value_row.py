"""One row of a tree of values. Its words are made at their first use: few of thousands of rows are visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from replay_gui.core.state.state import ABSENT, Path
from replay_gui.core.state.value_text import is_container, scalar_text
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.text.value_preview import member_text
from replay_gui.core.translation.messages import trn
from replay_gui.core.translation.numbers import whole_number

_MAX_KEY_CHARACTERS = 80
_MAX_UNCOUNTED_MEMBERS = 5  # a map with more keys is shown with its size
_MAX_PREVIEW_CHARACTERS = 120  # characters of the content of a map or list on its row


class ChangeMark(Enum):
    """The event's change of a row; INSIDE: a member of it was changed."""

    SAME = auto()
    INSIDE = auto()
    ADDED = auto()
    CHANGED = auto()
    REMOVED = auto()


class RowKind(Enum):
    """The content of a row of a value."""

    MEMBER = auto()
    TEXT = auto()  # a line of a long text
    MORE = auto()  # a row for the members outside the window; shows more of them when activated


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One row. `path` is that of its value; key, text, note and old can be shown as they are, on one line each.

    Attributes:
        name: of a member. value, was: of a member, and what it replaced; else ABSENT.
        words: a line of text, or a remark in place of the member's content.
    """

    path: Path
    kind: RowKind
    depth: int
    name: str = ""
    value: Any = ABSENT
    was: Any = ABSENT
    words: str = ""
    mark: ChangeMark = ChangeMark.SAME
    expandable: bool = False
    expanded: bool = False

    @property
    def identity(self) -> tuple[Path, RowKind, str]:
        """Equal for the same row at two positions."""
        return self.path, self.kind, self.text if self.kind is RowKind.TEXT else ""

    @property
    def key(self) -> str:
        """The member's name; "" for a line of text."""
        return visible(self.name[:_MAX_KEY_CHARACTERS])

    @property
    def text(self) -> str:
        """A scalar, or a line."""
        if self.kind is RowKind.TEXT:
            return self.words
        return "" if is_container(self.value) else scalar_text(self.value)

    @property
    def note(self) -> str:
        """The content or the size of a container, or another remark."""
        if self.kind is RowKind.TEXT:
            return ""
        return self.words or content_text(self.value, self.expanded)

    @property
    def old(self) -> str:
        """The replaced value, if there is one to show."""
        return "" if self.was is ABSENT else content_text(self.was) or scalar_text(self.was)


def content_text(value: Any, expanded: bool = False) -> str:
    """Return the beginning of a map's or list's content, or its size if the members follow; "" for a scalar."""
    if not is_container(value):
        return ""
    if expanded:
        return f"({whole_number(len(value))})"
    count = (
        f"({whole_number(len(value))}) " if isinstance(value, Mapping) and len(value) > _MAX_UNCOUNTED_MEMBERS else ""
    )
    return one_line(count + member_text(value), _MAX_PREVIEW_CHARACTERS)


def size_text(value: Any) -> str:
    """Return ``14 keys`` or ``391 items``; "" for a scalar."""
    if isinstance(value, Mapping):
        return trn("{n} key", "{n} keys", len(value))
    if is_container(value):
        return trn("{n} item", "{n} items", len(value))
    return ""
