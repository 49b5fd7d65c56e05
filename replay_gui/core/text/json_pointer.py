"""JSON Pointers (RFC 6901): ``/output/hits/0`` leads to the first item of the member hits of the member output."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr

_NAME_CHARACTERS = 80  # of a token that is shown to people
_BARE_TILDE = re.compile("~(?![01])")
_LIST_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


def escape_token(name: str) -> str:
    """Return a key as a token: ``~`` as ``~0`` and ``/`` as ``~1``."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape_token(token: str) -> str:
    """Return the key that a token means."""
    return token.replace("~1", "/").replace("~0", "~")


def join_pointer(path: Iterable[str | int]) -> str:
    """Return the pointer of a path of keys and indexes; "" for an empty path, which leads to the whole value."""
    return "".join(f"/{escape_token(str(name))}" for name in path)


def split_pointer(pointer: str) -> list[str]:
    """Return the keys of a pointer, unescaped; [] for "", which leads to the whole value.

    Raises ValueError, with the reason, if it is not a JSON Pointer.
    """
    if not pointer:
        return []
    if pointer[0] != "/":
        raise ValueError("it begins with / (or is empty, for all of it)")
    tokens = pointer[1:].split("/")
    if "~" in pointer:
        if _BARE_TILDE.search(pointer):
            raise ValueError("after ~ stands 0 (for ~) or 1 (for /)")
        tokens = [unescape_token(token) for token in tokens]
    return tokens


def list_index(token: str) -> int | None:
    """Return the index of a list's item that a token means; None if it is not an index."""
    return int(token) if _LIST_INDEX.fullmatch(token) else None


def pointer_text(pointer: str) -> str:
    """Return ``output.hits[0]`` for ``/output/hits/0``, for people.

    A key that is not a plain name is in quotation marks, so that two pointers never look alike.
    """
    words = ""
    for token in pointer.split("/")[1:]:
        name = unescape_token(token)
        if name.isascii() and name.isdigit():
            words += f"[{name}]"
        elif name == "*" or name.replace("_", "").replace("-", "").isalnum():
            words += f".{name}" if words else name
        else:
            words += f'["{one_line(name, _NAME_CHARACTERS)}"]'
    return words or tr("(all of it)")
