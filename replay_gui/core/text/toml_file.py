"""Read TOML from untrusted authors: limited in size, depth and time."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from replay_gui.core.log.source import read_beginning
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number

MAX_TOML_BYTES = 1 << 20
_MAX_KEY_PARTS = 32

# The standard library's parser takes time that grows with the cube of the number of parts of a dotted key.
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*\.[ \t]*{_PART}){{{_MAX_KEY_PARTS}}}")


def read_toml(path: Path, max_bytes: int = MAX_TOML_BYTES) -> dict[str, Any]:
    """Return the content of a TOML file of at most `max_bytes`.

    Raises:
        LogUnreadable: the file cannot be read, or is not a regular file.
        ValueError: its content is refused; the message is one line.
    """
    raw = read_beginning(path, max_bytes + 1)
    if len(raw) > max_bytes:
        raise ValueError(tr("is larger than {limit} KiB, the limit", limit=whole_number(max_bytes >> 10)))
    try:
        text = raw.decode()
        if _LONG_KEY.search(text):
            raise ValueError(tr("a key of more than {limit} parts", limit=_MAX_KEY_PARTS))
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(tr("is not valid TOML: it is nested too deeply")) from None
    except ValueError as why:
        raise ValueError(tr("is not valid TOML: {reason}", reason=why)) from None
