"""The plan of a re-run, which the user sees before it is started."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.kinds import MODEL_REQUEST, NOT_RECORDED
from replay_gui.core.log.magic import OWN_FORMAT
from replay_gui.core.log.run_start import RecordingMeans, RunStart
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import RunFacts
from replay_gui.models.rerun.edited_answer import EditedAnswer
from replay_gui.record.sessions.rerun_options import OnMiss

_LAUNCHER = (sys.executable, "-P", "-m", "replay_gui")  # -P: no file in the agent's folder is imported as a module
_PROGRAM = "replay-gui"


class ToolPolicy(StrEnum):
    """The way in which the calls of a tool are answered."""

    RECORDED = "recorded"
    LIVE = "live"
    ASK = "ask"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunPlan:
    """A re-run that can be started.

    Attributes:
        run: path of the recorded run. command: words that run the agent. folder: its working directory.
        policies: by the name of a tool; RECORDED for others. fixed: the value for tools that are FIXED (JSON, or else
        text). on_miss: the handling of a request that was not recorded.
        edit: an edited answer, or None. uses_proxy: whether the proxy answers, as in the recording.
    """

    run: Path
    command: tuple[str, ...]
    folder: Path
    policies: dict[str, ToolPolicy] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    on_miss: OnMiss = OnMiss.STOP
    edit: EditedAnswer | None = None
    uses_proxy: bool = False

    @property
    def asks(self) -> bool:
        """Whether the user may be asked while it runs."""
        return self.on_miss is OnMiss.ASK or ToolPolicy.ASK in self.policies.values()

    def program(self, new: Path, exchange: Path) -> list[str]:
        """Return the command line of the process that runs the plan.

        Args:
            new: path of the new log. exchange: folder for edits, questions and the report; see RerunProcess.
        """
        more = ["--report", str(exchange / REPORT)]
        if self.edit is not None:
            more += ["--edits", str(exchange / EDITS)]
        if self.asks:
            more += ["--questions", str(exchange)]
        return [*_LAUNCHER, *self._arguments(new, more)]

    def shown(self, new: Path) -> str:
        """Return the equivalent command for a shell in a terminal."""
        edit = [] if self.edit is None else ["--what-if", *self.edit.words]
        return shlex.join([_PROGRAM, *self._arguments(new, edit)])

    def _arguments(self, new: Path, more: Sequence[str]) -> list[str]:
        words = ["rerun", str(self.run), "-o", str(new)]
        for tool, policy in sorted(self.policies.items()):
            if policy is ToolPolicy.FIXED:
                words += ["--fixed", tool, self.fixed[tool]]
            elif policy is not ToolPolicy.RECORDED:
                words.append(f"--{policy.value}={tool}")  # one word: a name may begin with a hyphen
        if self.on_miss is not OnMiss.STOP:
            words += ["--on-miss", self.on_miss.value]
        if self.uses_proxy:
            words.append("--proxy")
        return [*words, *more, "--", *self.command]


REPORT, EDITS = "report.json", "edits.json"
"""Names of files in the folder by which the window and the process exchange what they have to say."""


def words_of_command(text: str) -> tuple[str, ...]:
    """Split a command into words as a shell does; raise ValueError, with the reason, if that fails."""
    return tuple(shlex.split(text))


def text_of_command(begin: RunStart | None) -> str:
    """Return the recorded command in a shell's notation; "" if it is not known."""
    return "" if begin is None else shlex.join(begin.command)


def why_not(facts: RunFacts, index: RunIndex) -> str:
    """Return the reason, in words, why a run cannot be run again from the window; "" if it can."""
    if facts.format != OWN_FORMAT or facts.origin == "imported":
        whose = one_line(facts.imported_from or facts.source or facts.format, 80)
        return tr(
            "This run was imported ({format}), not recorded: it does not have the original answers of models, so "
            "its agent cannot be run again from here. Record a run of the agent with “replay-gui record -- COMMAND”. "
            "Where tools are Python functions, “replay-gui rerun” can answer those alone.",
            format=whose,
        )
    file = shlex.quote(one_line(facts.path, 200))
    if facts.begin is not None and facts.begin.means is RecordingMeans.MCP:
        return tr(
            "This log has the requests of a client to an MCP server. The client has to make the requests again: put "
            "“replay-gui rerun {file} --mcp -- SERVER” into its settings, in the place of the server.",
            file=file,
        )
    if facts.begin is not None and facts.begin.means is RecordingMeans.CLAUDE_CODE:
        return tr(
            "Claude Code was recorded, whose tools are used for real when it runs again. In a terminal, in a folder "
            "that may be changed: “replay-gui rerun {file} --claude-code -- {command}”.",
            file=file,
            command=one_line(text_of_command(facts.begin), 200),
        )
    if not index.tools and MODEL_REQUEST not in index.kinds:
        return tr("This log has no call of a model or a tool, so no agent can be run again with it.")
    return ""


def limits(facts: RunFacts, index: RunIndex) -> list[str]:
    """Return warnings for the user before a run is run again, one sentence each."""
    limits_found = [
        tr("Files, environment, clock and programs are as they are now, unless they were recorded with --also.")
    ]
    if MODEL_REQUEST not in index.kinds:
        limits_found.append(tr("The log has no original requests to models: only tools are answered from it."))
    if NOT_RECORDED in index.kinds:
        limits_found.append(
            tr("The recording is incomplete: see its events “Not recorded”; the run may differ for that reason.")
        )
    if facts.begin is None:
        limits_found.append(tr("The command that ran the agent is not in the log."))
    elif facts.begin.is_of_another_process:
        process = one_line(shlex.join(facts.begin.process), 200)
        sentence = tr("Of the processes of the command, only this one was recorded: {process}.", process=process)
        limits_found.append(sentence)
    return limits_found
