"""Makes long sessions of Claude Code quickly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.helpers.claude_code_lines import CWD, assistant, call, result, text, user


def write_session(path: Path, size: int) -> tuple[int, int]:
    """Write a session of about `size` bytes; return (number of lines, number of tool calls).

    In each round the user asks, and the agent thinks, reads a file, runs a command, edits, and answers.
    """
    written = lines = calls = number = 0
    with path.open("w") as file:
        while written < size:
            number += 1
            for one in _round(number):
                written += file.write(json.dumps(one) + "\n")
                lines += 1
            calls += 3
    return lines, calls


def _round(n: int) -> Iterator[dict[str, Any]]:
    above = f"d{n - 1}" if n > 1 else None
    yield user(f"u{n}", above, f"Now see to item {n}, please.")
    thinking = {"type": "thinking", "thinking": f"Item {n} needs a look at the file. " * 20, "signature": "c2ln" * 40}
    yield assistant(f"t{n}", f"u{n}", thinking, message_id=f"m{n}")
    file = f"{CWD}/src/part_{n % 40}.py"
    body = "".join(f"{at:5}→    value_{at} = compute({at}, 'naïve', {n})\n" for at in range(60))
    yield assistant(f"a{n}", f"t{n}", call(f"read{n}", "Read", file_path=file), message_id=f"m{n}")
    read = {"type": "text", "file": {"filePath": file, "content": body, "numLines": 60, "startLine": 1}}
    yield user(f"r{n}", f"a{n}", [result(f"read{n}", body)], toolUseResult=read)
    yield assistant(f"b{n}", f"r{n}", call(f"run{n}", "Bash", command=f"pytest -q tests/part_{n % 40}.py"))
    out = "".join(f"tests/part_{n % 40}.py::test_{at} PASSED [{at:3} %]\n" for at in range(40))
    ran = {"stdout": out, "stderr": "", "interrupted": False, "isImage": False}
    yield user(f"s{n}", f"b{n}", [result(f"run{n}", out, is_error=False)], toolUseResult=ran)
    old, new = f"value_{n} = 0", f"value_{n} = {n}"
    yield assistant(
        f"c{n}", f"s{n}", call(f"edit{n}", "Edit", file_path=file, old_string=old, new_string=new), message_id=f"e{n}"
    )
    hunk = {"oldStart": 9, "oldLines": 3, "newStart": 9, "newLines": 3, "lines": [f"-{old}", f"+{new}"]}
    edited = {"filePath": file, "oldString": old, "newString": new, "originalFile": body, "structuredPatch": [hunk]}
    yield user(f"e{n}", f"c{n}", [result(f"edit{n}", "The file has been updated.")], toolUseResult=edited)
    yield assistant(f"d{n}", f"e{n}", text(f"Item {n} is done: the value is {n} now."))
