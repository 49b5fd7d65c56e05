"""The simple commands of a shell text, by the grammar of tree-sitter-bash. No command is run, no variable expanded.

The parser is imported for the first shell text. Commands inside others (``$(…)``, loops, pipes) are separate commands;
the caller parses the text of ``bash -c`` and of ``eval`` again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ESCAPED = re.compile(r"\\([\"`])")  # inside "…"; a variable's name stays apart from an escaped one
MAX_SHELL_BYTES = 1 << 16  # of a text that are parsed
_MAX_COMMANDS = 400
_OUTPUT = frozenset({">", ">>", "&>", "&>>", ">|"})
_SCRIPTS = frozenset({"heredoc_body", "herestring_redirect"})


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """One simple command.

    Attributes:
        words: the command and its arguments without quotes; assignments before it are left out.
        script: its input from a heredoc, ``<<<``, or ``echo`` or ``printf`` before it; "" if it has none.
        outputs: the files that its output is redirected to.
    """

    words: tuple[str, ...]
    script: str = ""
    outputs: tuple[str, ...] = ()


class ShellParser:
    """Parses shell texts."""

    def __init__(self) -> None:
        import tree_sitter_bash
        from tree_sitter import Language, Parser

        self._parser: Parser = Parser(Language(tree_sitter_bash.language()))

    def commands(self, text: str) -> list[ShellCommand]:
        """Return the commands in order; for a text with errors or beyond the limit, those that were recognised."""
        raw = text.encode("utf-8", "replace")[:MAX_SHELL_BYTES]
        commands: list[ShellCommand] = []
        pending: list[Node] = [self._parser.parse(raw).root_node]
        while pending and len(commands) < _MAX_COMMANDS:
            node = pending.pop()
            pending.extend(reversed(node.children))
            if node.type in ("command", "redirected_statement", "declaration_command", "test_command"):
                command = _command(node)
                if command is not None:
                    commands.append(command)
        return commands


def _command(node: Node) -> ShellCommand | None:
    """Return the command of a node; None if the node is a part of a redirected command, which was returned before."""
    if node.type != "redirected_statement":
        parent = node.parent
        if parent is not None and parent.type == "redirected_statement":
            return None
        return ShellCommand(_words(node), _input_text(node))
    body = node.child_by_field_name("body")
    words = _words(body) if body is not None and body.type in ("command", "declaration_command") else ()
    script, outputs = "", list[str]()
    pending = [child for child in node.children if child.type.endswith("_redirect")]
    while pending:
        redirect = pending.pop(0)
        if redirect.type == "file_redirect":
            target = redirect.child_by_field_name("destination") or redirect.children[-1]
            if any(child.type in _OUTPUT for child in redirect.children):
                outputs.append(_plain(target))
        for child in redirect.children:
            if child.type in _SCRIPTS:
                script = _text(child)
            elif child.type.endswith("_redirect"):
                pending.append(child)
            elif child.type in ("string", "raw_string") and redirect.type == "herestring_redirect":
                script = _plain(child)
    return ShellCommand(words, script, tuple(outputs))


def _input_text(node: Node) -> str:
    """Return the input of a command: of ``<<<``, or of ``echo``, ``printf`` or ``cat <<EOF`` before it; else ""."""
    for child in node.children:
        if child.type == "herestring_redirect":
            return _plain(child.children[-1])
    pipeline, before = node.parent, node.prev_named_sibling
    if pipeline is None or pipeline.type != "pipeline":
        return ""
    heredoc = pipeline.parent
    if before is None and heredoc is not None and heredoc.type == "heredoc_redirect" and heredoc.parent is not None:
        body = heredoc.parent.child_by_field_name("body")
        scripts = [child for child in heredoc.children if child.type == "heredoc_body"]
        return _text(scripts[0]) if scripts and body is not None and _words(body) == ("cat",) else ""
    if before is None or before.type != "command":
        return ""
    words = _words(before)
    return " ".join(word for word in words[1:] if word[:1] != "-") if words[:1] in (("echo",), ("printf",)) else ""


def _words(node: Node) -> tuple[str, ...]:
    if node.type == "test_command":
        return ("test",)
    return tuple(
        _plain(child)
        for child in node.named_children
        if child.type != "variable_assignment" and not child.type.endswith("_redirect")
    )


def _plain(node: Node) -> str:
    """Return a word without its quotes."""
    text = _text(node)
    if node.type == "concatenation":
        return "".join(map(_plain, node.children))
    if node.type in ("string", "raw_string") and len(text) >= 2:
        return _ESCAPED.sub(r"\1", text[1:-1]) if node.type == "string" else text[1:-1]
    return text


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
