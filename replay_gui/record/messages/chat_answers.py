"""The most common answer of a model: a chat completion that has a text, and nothing that is to be read beside it.

msgspec decodes it to structures that have only what is recorded, which takes a fifth of the time of decoding all of it
and looking for that.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Struct
from msgspec.json import Decoder

_Nothing = Annotated[list[Any], Meta(max_length=0)] | None


class _ChatMessage(Struct, forbid_unknown_fields=True, kw_only=True):
    """A message. Members that it may have beside its text must be empty."""

    content: str
    role: str | None = None
    refusal: None = None
    annotations: _Nothing = None
    audio: None = None
    function_call: None = None
    tool_calls: _Nothing = None
    reasoning: None = None
    reasoning_content: None = None


class _ChatChoice(Struct):
    message: _ChatMessage
    finish_reason: Any = None


class _ChatUsage(Struct):
    prompt_tokens: Any
    completion_tokens: Any


class _ChatCompletion(Struct):
    choices: list[_ChatChoice]
    usage: _ChatUsage


_decode = Decoder(_ChatCompletion).decode


def read_chat_text(body: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return (the text of a chat completion, the meta of its answer); None if the body is, or has, anything else.

    A text that may begin with reasoning in tags is something else, too.
    """
    if b'"choices"' not in body:
        return None
    try:
        completion = _decode(body)
        choice = completion.choices[0]
    except (MsgspecError, UnicodeError, RecursionError, IndexError):
        return None
    text, usage, stop = choice.message.content, completion.usage, choice.finish_reason
    given, made = usage.prompt_tokens, usage.completion_tokens
    if "<" in text or type(given) is not int or type(made) is not int:
        return None
    meta: dict[str, Any] = {"tokens": {"input": given, "output": made}}
    if type(stop) is str:
        meta["stop"] = stop
    return text, meta
