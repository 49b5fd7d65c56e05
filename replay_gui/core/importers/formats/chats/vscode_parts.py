"""Parts of an answer as VS Code shows them: messages with links to files, printed outputs, and fences around edits."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from replay_gui.core.importers.formats.records import maps_in

_LINK = re.compile(r"\[([^\]\n]{0,200})\]\(file://([^)#\s]{1,4000})[^)\s]{0,200}\)")


def with_plain_links(text: Any) -> Any:
    """Return a text with the paths of files in place of Markdown links to them; any other value unchanged."""
    return _LINK.sub(lambda link: link[1] or unquote(link[2]), text) if isinstance(text, str) else text


def input_of_message(message: Any) -> tuple[Any, dict[str, Any]]:
    """Return (the input, the other members) of a call of which only VS Code's message is recorded ("Reading a.py").

    The input has the file's path, if the message links to one file.
    """
    if not isinstance(message, dict) or not isinstance(message.get("value"), str):
        return with_plain_links(message), {}
    text, links = message["value"], _LINK.findall(message["value"])
    rest = {name: member for name, member in message.items() if name != "value"}
    if len(links) != 1:
        return with_plain_links(text), rest
    return {"path": unquote(links[0][1]), "description": with_plain_links(text)}, rest


def printed_in(details: Any) -> str | None:
    """Return what a command printed, in the details of a result; None if it is not there.

    A terminal's own record of it has codes of the terminal, and can begin within the command.
    """
    parts = maps_in(details.get("output")) if isinstance(details, dict) else []
    texts = [part["value"] for part in parts if part.get("isText") is True and isinstance(part.get("value"), str)]
    return "\n".join(texts) if texts and len(texts) == len(parts) else None


def is_fence(text: str) -> bool:
    """Whether a text is only the fence, or the space, that VS Code writes around the edit of a file."""
    return text.strip().strip("`") == ""
