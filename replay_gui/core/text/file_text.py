"""The beginning and the end of any file as text, for a file that cannot be read otherwise."""

from __future__ import annotations

from replay_gui.core.log.source import Source
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import trn

BEGINNING_BYTES = 1 << 16  # bytes that are shown of a long file's beginning
END_BYTES = 1 << 14  # bytes that are shown of a long file's end
_MAX_LINE_CHARACTERS = 2_000  # a longer line is broken, since no widget lays out long lines quickly


def file_text(source: Source) -> str:
    """Return the text with visible escapes; if the middle of a long file is left out, a line states it.

    Bytes that are not UTF-8 are replaced by U+FFFD. Raises LogUnreadable if the file cannot be read.
    """
    if source.size <= BEGINNING_BYTES + END_BYTES:
        return _text(source.read_at(0, source.size))
    beginning = _text(source.read_at(0, BEGINNING_BYTES))
    end = _text(source.read_at(source.size - END_BYTES, END_BYTES))
    missing = source.size - BEGINNING_BYTES - END_BYTES
    words = trn("… {n} byte is not shown …", "… {n} bytes are not shown …", missing)
    return f"{beginning}\n\n{words}\n\n{end}"


def _text(data: bytes) -> str:
    lines = visible(data.decode("utf-8", "replace").replace("\r\n", "\n"), "\n\t").split("\n")
    return "\n".join(_broken(line) for line in lines)


def _broken(line: str) -> str:
    pieces = range(0, len(line), _MAX_LINE_CHARACTERS)
    return "\n".join(line[start : start + _MAX_LINE_CHARACTERS] for start in pieces)
