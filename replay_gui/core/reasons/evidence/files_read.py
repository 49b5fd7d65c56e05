"""The reads of only one of two runs: calls without an equal call, or, for commands, the files that they name."""

from __future__ import annotations

import re

from replay_gui.core.effects.answers import masked_answer
from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code, runs_python
from replay_gui.core.reasons.evidence.run_account import RunAccount

_FILE = re.compile(
    r"(?<![\w./\\-])[\w./\\-]*(?<=[\w-])\.(?:py|pyi|ipynb|js|mjs|ts|tsx|jsx|json|jsonl|md|rst|txt|toml|cfg|ini|ya?ml|html?|css|java|kt|go|rs"
    r"|c|h|cc|cpp|hpp|cs|rb|php|sh|sql|csv|xml|lock|proto|swift|scala|lua|pl|r)\b(?!\()"
)
_MAX_TEXT_CHARACTERS = 20_000  # of an argument in which names of files are searched


def only_read(run: RunAccount, other: RunAccount) -> list[tuple[ToolCall, str]]:
    """Return (reading call, the file that it names) of everything that only `run` read, in order.

    The file is "" for a call that no equal call answers. Commands, and all calls of another agent with other tools, are
    worded in many ways: of these only those count that name a file which the other run never names. Python that a tool
    runs counts as a read if the other run was never answered the same.
    """
    reads = [call for call in run.of_effect(Effect.READS) if call.key not in other.by_key]
    computed = [call for call in run.of_effect(Effect.CHECKS) if _computes(call) and call.key not in other.by_key]
    if computed:
        known = {masked_answer(call.answer) for call in other.calls if call.took_effect}
        new = (call for call in computed if call.ok and masked_answer(call.answer) not in known)
        reads = sorted((*reads, *new), key=lambda call: call.request)
    by_file = run.is_of_another_agent(other)
    if not by_file and not any(runs_code(call.tool) for call in reads):
        return [(call, "") for call in reads]
    known = {_last_part(file) for call in other.calls for file in _files(call)}
    found = []
    for call in reads:
        if _computes(call) or (not by_file and not runs_code(call.tool)):
            found.append((call, ""))
        elif (file := next((file for file in _files(call) if _last_part(file) not in known), None)) is not None:
            found.append((call, file))
    return found


def _computes(call: ToolCall) -> bool:
    """Whether a call runs Python in a tool for it, such as a notebook, and not the command of a shell."""
    return runs_python(call.tool)


def _files(call: ToolCall) -> list[str]:
    texts = (value for _, value in input_leaves(call.input) if isinstance(value, str))
    return [file for text in texts for file in _FILE.findall(text[:_MAX_TEXT_CHARACTERS])]


def _last_part(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
