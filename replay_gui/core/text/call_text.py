"""A call and its result in one line: the important arguments, the exit code, the first informative line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from replay_gui.core.text.value_preview import (
    MAX_CHARACTERS,
    Members,
    and_more,
    member_text,
    members_preview,
    plain_end,
    plain_start,
    preview,
    text_of,
)
from replay_gui.core.translation.messages import tr

_MAX_MEMBERS = 5
_PATH_ARGUMENTS = ("file_path", "filePath", "path", "AbsolutePath", "TargetFile", "target_file")
_MAX_CHARACTERS_BESIDE_PATH = 40  # characters of a text that is shown beside a path; a longer one is a file's content
_MAX_PATH_CHARACTERS = 40  # of a longer path, the last _SHOWN_FOLDERS names are shown
_SHOWN_FOLDERS = 3

# The first of these members that a tool's input has is shown without its name.
_MAIN_ARGUMENTS = (
    "command",
    "cmd",
    "CommandLine",
    "sql",
    "query",
    "pattern",
    "file_path",
    "filePath",
    "path",
    "AbsolutePath",
    "TargetFile",
    "target_file",
    "DirectoryPath",
    "url",
    "prompt",
    "description",
    "code",
    "text",
)
_NO_ARGUMENTS: tuple[Any, ...] = (None, "", [], {})
_ENTRY_LISTS = ("questions", "todos", "todoList", "plan", "files")
_ENTRY_WORDS = ("question", "content", "step", "title", "path", "relativePath")
"""Arguments that are lists of entries, and the members of an entry that say it in words."""
_MAX_COMMAND_MEMBERS = 50  # members with a command
_SHELL_OPTIONS = ("-c", "-lc", "-ic", "/c", "-Command")  # first words of a shell that runs a text
_DESCRIPTIONS = (
    "description",
    "summary",
    "toolAction",
    "toolSummary",
    "operationIsLocatedInWorkspace",
)  # arguments in which the model states the purpose of the call, or the program where it is

_OUTPUT_MEMBERS = ("output", "stdout", "stderr", "content", "resultDisplay")  # members of results that are maps
_EXIT_CODES = ("exit_code", "returncode", "exitCode", "exit")
# Lines that programs put around the output of a command.
_FRAME = re.compile(
    r"\s*(?:chunk id:.*|wall time:.*|process exited with code.*|exit code:.*|exit code -?\d+|original token count:.*"
    r"|(?:the )?command (?:completed successfully|(?:failed|exited) with (?:exit )?code:? -?\d{1,9})\.?"
    r"|(?:command )?output:|stdout:|total output lines:.*|execution logs:|observation:"
    r"|={3,} (?:errors|failures|test session starts) ={3,}"  # pytest
    r"|\[command exited with code -?\d{1,9}\]|\[std(?:out|err)\]"
    r"|<(?:shellid: \S{1,64} completed|exited) with exit code -?\d{1,9}>|</?untrusted_context>|[-=`#*_~ ]*)\s*",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"> \S{1,200}@\S{1,100} \S{1,100}(?: \S{1,300})?")  # npm and pnpm; the next line is its command
_PYTEST_BEGIN = re.compile(r"\s*(?:[.FEsxX]{2,} *(?:\[ *\d{1,3}%\])?|={3,} test session starts ={3,})\s*")
_PYTEST_END = re.compile(
    r"^=* ?(\d{1,9} (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed)\b"
    r"[^\n=]{0,150}? in [\d.]{1,12}s[^\n=]{0,20})",
    re.MULTILINE,
)
"""The dots of pytest, or its heading, and its last line with the counts."""
_TRACEBACK = re.compile(
    r"(?:[^\n]{1,200}\n)?[^\n]{0,99}?Traceback \(most recent call last\):\n(?:[ \t][^\n]*\n|\n){1,400}(\S[^\n]*)"
)
"""A traceback of Python, up to the line with its exception."""
_MAX_TRACEBACK_CHARACTERS = 1 << 15
_POWERSHELL, _POWERSHELL_MESSAGE = re.compile(r"\s*Line \|\s*"), re.compile(r"\s*\|\s+([^\s~].*)")
"""The second line of an error of PowerShell, after the command that failed, and the line with its message."""
_EXITED = re.compile(r"Exit code (-?\d{1,9})(?:\n|$)")  # before the output of a command that failed
_EXIT_ERROR = re.compile(r"exit -?\d{1,9}")  # an error without further information
_SHELL_ANSWER = re.compile(r"(?:<untrusted_context>\n)?(?:Command: (?s:.{0,4000}?)\nDirectory: [^\n]*\n)?Output: ")
_SHELL_FACTS = re.compile(r"\n(?:Error|Exit Code|Signal|Background PIDs|Process Group PGID): |\n</untrusted_context>")
"""How the answer of a shell in Gemini CLI and its kin begins, and the facts after what the command printed."""
_TERMINAL = re.compile(r"Command executed in terminal\b[^\n]{0,500}\n?Exit code: -?\d+\s*\nOutput:\n")  # Cline
_OPENED = re.compile(r"<path>[^<\n]{1,1000}</path>\n<type>file</type>\n<content>\n(?:\d{1,9}: )?")
"""How OpenCode's answer with a file begins, up to the text of its first line."""
_LINE_NUMBER = re.compile(r"^\s*\d+(?:\u2192|\t|\. )")  # the prefix that a tool puts before the first line of a file
_HAS_WORD, _MAX_JOINED_LINES = re.compile(r"\w"), 8
_NO_OUTPUT = ("null", "None", "{}", "[]")  # texts with which a tool reports an empty result


def request_summary(payload: Members) -> str:
    """Return the arguments of a call: the main one first and without its name."""
    arguments = payload.get("input")
    if arguments is None:
        return tr("(arguments not recorded)")
    if arguments in ("", {}, []):
        return tr("(no arguments)")
    if isinstance(arguments, list) and all(isinstance(one, str | int | float) for one in arguments[:_MAX_MEMBERS]):
        more = ", …" if len(arguments) > _MAX_MEMBERS else ""
        return ", ".join(map(member_text, arguments[:_MAX_MEMBERS])) + more
    if not isinstance(arguments, Mapping):
        return preview(arguments)
    if inner := _inner_call(arguments):
        return inner
    arguments = _with_words_joined(arguments)
    main = next((name for name in _MAIN_ARGUMENTS if isinstance(arguments.get(name), str) and arguments[name]), None)
    if main is None and len(arguments) == 1 and not _entries_text(arguments):
        (name, only), *_ = arguments.items()
        is_name = str(name).isidentifier()  # else it is a value, such as the path of a changed file
        if isinstance(only, Mapping) and only and is_name:
            return request_summary({"input": only})
        is_text = isinstance(only, str) and only and is_name
        return preview(only) if is_text else f"{member_text(name)}: {member_text(only)}"
    if main is None:
        return _entries_text(arguments) or members_preview(arguments)
    others = {name: arguments[name] for name in islice(arguments, _MAX_MEMBERS) if name not in (main, *_DESCRIPTIONS)}
    rest = {name: value for name, value in others.items() if value not in _NO_ARGUMENTS}
    path = next((name for name in _PATH_ARGUMENTS if isinstance(arguments.get(name), str) and arguments[name]), None)
    if path is not None:  # long texts beside it are contents of a file
        named = _slashed(arguments[path])
        rest = {
            name: value
            for name, value in rest.items()
            if name == path or (not _is_long(value) and not _slashed(value).endswith(f"/{named}"))
        }
    if path is not None and path in rest:
        del rest[path]
        rest = {path: path_text(arguments[path])} | rest
    text = path_text(arguments[main]) if main == path else plain_start(arguments[main])
    return f"{text}, {members_preview(rest)}" if rest else text


def _entries_text(arguments: Members) -> str:
    """Return the first entry of a list in words (a question, a task), and the number of further ones; or ""."""
    entries: list[Any] = next((arguments[name] for name in _ENTRY_LISTS if isinstance(arguments.get(name), list)), [])
    first = entries[0] if entries else None
    if not isinstance(first, Mapping):
        return ""
    words = next((first[name] for name in _ENTRY_WORDS if isinstance(first.get(name), str) and first[name]), "")
    return and_more(plain_start(words), len(entries) - 1) if words else ""


def _with_words_joined(arguments: Members) -> Members:
    """Return the arguments with commands, or the words of one, as one text; for ``bash -lc TEXT`` the text."""
    lines = arguments.get("commands")
    if isinstance(lines, list) and lines and all(isinstance(line, str) for line in lines[:_MAX_COMMAND_MEMBERS]):
        rest = {name: value for name, value in arguments.items() if name != "commands"}
        return {"command": "; ".join(map(str, lines[:_MAX_COMMAND_MEMBERS])), **rest}
    for name in ("command", "cmd"):
        words = arguments.get(name)
        if isinstance(words, list) and words and all(isinstance(word, str) for word in words[:_MAX_COMMAND_MEMBERS]):
            is_shell = len(words) == 3 and words[1] in _SHELL_OPTIONS
            return {**arguments, name: words[2] if is_shell else " ".join(map(str, words[:_MAX_COMMAND_MEMBERS]))}
    return arguments


def _slashed(value: Any) -> str:
    """Return a path with slashes only; "" for another value."""
    return value[:MAX_CHARACTERS].replace("\\", "/") if isinstance(value, str) else ""


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and (len(value) > _MAX_CHARACTERS_BESIDE_PATH or "\n" in value)


def path_text(path: str) -> str:
    """Return the end of a long path, which is more informative than its beginning."""
    if len(path) <= _MAX_PATH_CHARACTERS:
        return path
    parts = re.split(r"[/\\]", path[-MAX_CHARACTERS:])
    return "…/" + "/".join(parts[-_SHOWN_FOLDERS:]) if len(parts) > _SHOWN_FOLDERS else path[:MAX_CHARACTERS]


def _inner_call(arguments: Members) -> str:
    """Return ``docs find · q: 1`` for the arguments of a tool that calls a tool of an MCP server; "" for others."""
    tool, given = arguments.get("tool_name"), arguments.get("arguments")
    if not isinstance(tool, str) or not tool or not isinstance(given, Mapping):
        return ""
    server = arguments.get("server_name")
    of_server = f"{plain_start(server)} " if isinstance(server, str) and server else ""
    return f"{of_server}{plain_start(tool)} · {request_summary({'input': given})}"


def response_summary(payload: Members) -> str:
    """Return the exit code of a command that failed, then the first informative line."""
    error, output = payload.get("error"), payload.get("output")
    code, text = _exit_code(payload), _informative_line(output)
    if code not in (None, 0):
        words = tr("exit {code}", code=member_text(code))
        return f"{words} · {text}" if text else words
    if isinstance(error, str) and _EXIT_ERROR.fullmatch(error):
        return f"{error} · {text}" if text else error
    if isinstance(error, str) and error:
        return exit_text(error) or plain_start(error)
    if payload.get("success") is False:
        return tr("failed: {answer}", answer=text or preview(output))
    return text or (tr("(no output)") if _is_empty_output(output) else preview(output))


def exit_text(text: str) -> str:
    """Return "exit 2 · no such file" for a text that begins with the exit code of a command; "" for any other."""
    if (exited := _EXITED.match(text)) is None:
        return ""
    message = _informative_line(text[exited.end() :])
    words = tr("exit {code}", code=exited[1])
    return f"{words} · {message}" if message else words


def _is_empty_output(output: Any) -> bool:
    """Whether an output is empty, or has only frames, exit codes and empty members."""
    if isinstance(output, str):
        output = _printed(output)
        return all(_FRAME.fullmatch(line) for line in plain_start(output).splitlines()) or output in _NO_OUTPUT
    if isinstance(output, Mapping):
        rest = islice(((name, member) for name, member in output.items() if name not in _EXIT_CODES), _MAX_MEMBERS + 1)
        return all(member in (None, "", {}, []) for _, member in rest)
    return output in (None, [])


def _printed(text: str) -> str:
    """Return what a command printed, or the text of a file, without what the tool says before it."""
    if (opened := _OPENED.match(text) or _TERMINAL.match(text)) is not None:
        return text[opened.end() :]
    if (begun := _SHELL_ANSWER.match(text)) is None:
        return text
    rest = text[begun.end() :]
    facts = _SHELL_FACTS.search(rest)
    printed = rest if facts is None else rest[: facts.start()]
    return "" if printed.strip() == "(empty)" else printed


def raised_in(text: str) -> str:
    """Return the line with the exception of a traceback with which a text begins, after at most two lines; or ""."""
    if "Traceback (" not in text[:MAX_CHARACTERS]:
        return ""
    found = _TRACEBACK.match(text[:_MAX_TRACEBACK_CHARACTERS].lstrip())
    return "" if found is None else found[1]


def _exit_code(payload: Members) -> Any:
    """Return the exit code in one of the usual places of a response; None if there is none."""
    fields, output = payload.get("fields"), payload.get("output")
    inner = fields.get("metadata") if isinstance(fields, Mapping) else None
    for members in (payload, fields, output, inner):
        if isinstance(members, Mapping):
            for name in _EXIT_CODES:
                if type(members.get(name)) is int:
                    return members[name]
    return None


def _below_scripts(lines: list[str]) -> list[str]:
    """Return the lines below the names of scripts that npm runs and their commands; these if there are no others."""
    at = 0
    while at + 2 < len(lines) and _SCRIPT.fullmatch(lines[at]) and lines[at + 1].startswith("> "):
        at += 2
    return lines[at:]


def _within_type(output: Members) -> Members:
    """Return the inner map of ``{"type": "ListDir", "Content": {…}}``; any other map unchanged."""
    inner = [value for name, value in output.items() if name != "type"] if len(output) == 2 and "type" in output else []
    return inner[0] if inner and isinstance(inner[0], Mapping) else output


def _informative_line(output: Any) -> str:
    """Return the first line of an output that has words and is not a frame around it."""
    if isinstance(output, Mapping):
        output = _within_type(output)
        output = next((output[name] for name in _OUTPUT_MEMBERS if output.get(name)), None)
    output = _printed(text_of(output))
    start = plain_start(output)
    first_line = start.lstrip().partition("\n")[0]
    if _PYTEST_BEGIN.fullmatch(first_line) and (ended := _PYTEST_END.findall(plain_end(output))):
        return plain_start(ended[-1]).strip()
    if first_line[:1] in ("{", "[") and not _FRAME.fullmatch(first_line):
        return "" if output in _NO_OUTPUT else preview(output)
    lines = _below_scripts([line for line in start.splitlines() if not _FRAME.fullmatch(line)])
    if not lines or output in _NO_OUTPUT:
        return ""
    if raised := raised_in(output[output.find(lines[0]) :]):
        return plain_start(raised)
    if len(lines) > 1 and _POWERSHELL.fullmatch(lines[1]):
        message = next((match[1] for line in lines if (match := _POWERSHELL_MESSAGE.fullmatch(line))), "")
        return f"{lines[0].strip()} {message}".strip()
    first = _LINE_NUMBER.sub("", lines[0], count=1)
    if not _HAS_WORD.search(first):  # the bracket that opens a file
        return " ".join(_LINE_NUMBER.sub("", line, count=1).strip() for line in lines[:_MAX_JOINED_LINES])
    return f"{first} {lines[1].strip()}" if first.endswith(":") and len(lines) > 1 else first
