"""What stands in the user's place in a Claude Code session: words, commands, their output, interruptions, pictures."""

from __future__ import annotations

import re
from typing import Any

INTERRUPTION = "[Request interrupted by user"

_TAG = re.compile(r"<(?P<name>[a-z-]+)>(?P<text>.*?)</(?P=name)>", re.DOTALL)
_COMMAND = "command-name"
_SHELL_COMMAND = "bash-input"
_COMMAND_TAGS = frozenset({_COMMAND, "command-message", "command-args", "command-contents"})
_OUTPUT_TAGS = frozenset({"local-command-stdout", "local-command-stderr", "bash-stdout", "bash-stderr"})
_PROGRAM_TAGS = frozenset({"task-notification", "system-reminder", "local-command-caveat"})


def is_interruption(text: str) -> bool:
    """Return whether the text is what Claude Code writes when the user stops it."""
    return text.lstrip().startswith(INTERRUPTION)


def command_in(text: str) -> str | None:
    """Return the command that the text is about, as it was typed ("/review 42"); None where it is none."""
    tags = _tags_of(text)
    if _SHELL_COMMAND in tags:
        return f"! {tags[_SHELL_COMMAND].strip()}"
    if _COMMAND not in tags or not tags.keys() <= _COMMAND_TAGS:
        return None
    name = tags[_COMMAND].strip()
    given = tags.get("command-args", "").strip()
    return f"{name} {given}" if given else name


def command_output_in(text: str) -> str | None:
    """Return what a command of the user's printed; None where the text is no such output."""
    tags = _tags_of(text)
    if not tags or not tags.keys() <= _OUTPUT_TAGS:
        return None
    return "\n".join(part.strip() for part in tags.values() if part.strip())


def is_prompt_text(text: str) -> bool:
    """Return whether a text in the user's place is the user's: words, or a command."""
    start = text.lstrip()
    if not start or is_interruption(start):
        return False
    tag = _TAG.match(start)
    return tag is None or tag["name"] not in _OUTPUT_TAGS | _PROGRAM_TAGS


def is_of_the_program(text: str) -> bool:
    """Return whether Claude Code itself wrote the text: news of a background task, a reminder."""
    tag = _TAG.match(text.lstrip())
    return tag is not None and tag["name"] in _PROGRAM_TAGS


def message_of(blocks: list[Any]) -> Any:
    """Return the parts of a message as content: a text where that is all there is.

    Where there are pictures or documents, ``{"text": words, "attachments": parts}``; the words say how large they are.
    """
    texts = [block for block in blocks if _is_plain_text(block)]
    if len(texts) == len(blocks):
        return "\n\n".join(block["text"] for block in texts)
    others = [block for block in blocks if not _is_plain_text(block)]
    sizes = [size_text(block) for block in others]
    if not all(sizes):
        return blocks
    return {"text": " ".join([*(block["text"] for block in texts), *map(str, sizes)]), "attachments": others}


def size_text(block: Any) -> str | None:
    """Return "(picture, 12 KB)" or the like for a picture or document; None for anything else."""
    if not isinstance(block, dict) or block.get("type") not in ("image", "document"):
        return None
    name = "picture" if block["type"] == "image" else "document"
    source = block.get("source")
    if not isinstance(source, dict) or not isinstance(data := source.get("data"), str):
        return f"({name})"
    size = len(data) * 3 // 4 if source.get("type") == "base64" else len(data)
    return f"({name}, {max(1, round(size / 1024)):,} KB)"


def _is_plain_text(block: Any) -> bool:
    return isinstance(block, dict) and block.keys() == {"type", "text"} and isinstance(block.get("text"), str)


def _tags_of(text: str) -> dict[str, str]:
    """Return what stands in each tag; nothing where there is text beside them."""
    if not text.lstrip().startswith("<") or _TAG.sub("", text).strip():
        return {}
    return {tag["name"]: tag["text"] for tag in _TAG.finditer(text)}
