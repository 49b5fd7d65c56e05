"""JSON Pointers as people write paths."""

from __future__ import annotations

from replay_gui.core.text.plain_text import one_line

_NAME = 80


def dotted(pointer: str) -> str:
    """``output.hits[0]`` of ``/output/hits/0``; what is no plain name is quoted, so that paths cannot be mistaken."""
    words = ""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if name.isascii() and name.isdigit():
            words += f"[{name}]"
        elif name == "*" or name.replace("_", "").replace("-", "").isalnum():
            words += f".{name}" if words else name
        else:
            words += f'["{one_line(name, _NAME)}"]'
    return words or "(all of it)"
