"""What running a run again would do, and which runs cannot be."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import msgspec

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.kinds import KINDS, NOT_RECORDED
from replay_gui.core.log.positions import Position
from replay_gui.core.log.run_start import RecordingMeans, RunStart
from replay_gui.models.rerun.edited_answer import EditedAnswer
from replay_gui.models.rerun.rerun_plan import RerunPlan, ToolPolicy, limits, text_of_command, why_not
from replay_gui.record.sessions.rerun_options import OnMiss
from tests.helpers.facts import run_facts

PLAN = RerunPlan(run=Path("/r/run.rlog"), command=("python", "my agent.py"), folder=Path("/work"))
WITH_CALLS = RunIndex(tools=("search",))


def test_the_command_of_a_terminal_is_that_of_the_process() -> None:
    plan = replace(
        PLAN,
        policies={"search": ToolPolicy.LIVE, "--odd": ToolPolicy.ASK, "fetch": ToolPolicy.RECORDED},
        on_miss=OnMiss.ASK,
        uses_proxy=True,
    )
    shown = shlex.split(plan.shown(Path("/r/new.rlog")))
    assert shown[:5] == ["replay-gui", "rerun", "/r/run.rlog", "-o", "/r/new.rlog"]
    assert shown[5:10] == ["--ask=--odd", "--live=search", "--on-miss", "ask", "--proxy"]
    assert shown[-3:] == ["--", "python", "my agent.py"]
    program = plan.program(Path("/r/new.rlog"), Path("/tmp/x"))
    assert [word for word in program[4:] if word in shown] == shown[1:]
    assert program[program.index("--questions") + 1] == "/tmp/x"


def test_a_fixed_answer_is_in_the_command() -> None:
    plan = replace(PLAN, policies={"search": ToolPolicy.FIXED}, fixed={"search": '["é", -1]'})
    assert shlex.split(plan.shown(Path("n")))[5:8] == ["--fixed", "search", '["é", -1]']


def test_an_edit_is_in_the_command() -> None:
    plan = replace(PLAN, edit=EditedAnswer(Position(7), {"a": "é"}))
    assert shlex.split(plan.shown(Path("n")))[5:9] == ["--what-if", "7", "", '{"a":"é"}']
    assert msgspec.json.decode(plan.edit.file if plan.edit else b"") == [
        {"event": 7, "pointer": "", "value": {"a": "é"}}
    ]


def test_runs_that_cannot_be_run_again_say_why() -> None:
    recorded = run_facts("run.rlog", begin=RunStart(("python", "a b.py"), "/f"))
    assert why_not(recorded, WITH_CALLS) == ""
    assert text_of_command(recorded.begin) == "python 'a b.py'"
    assert "imported (Codex)" in why_not(
        msgspec.structs.replace(recorded, format="codex", imported_from="Codex"), WITH_CALLS
    )
    assert "no call" in why_not(recorded, RunIndex())
    mcp = msgspec.structs.replace(recorded, begin=RunStart(("server",), "/f", RecordingMeans.MCP))
    assert "--mcp -- SERVER" in why_not(mcp, WITH_CALLS)
    claude = msgspec.structs.replace(
        recorded, begin=RunStart(("claude", "-p", "a b"), "/f", RecordingMeans.CLAUDE_CODE)
    )
    assert "rerun run.rlog --claude-code -- claude -p 'a b'”" in why_not(claude, WITH_CALLS)


def test_what_one_has_to_know_before() -> None:
    unknown = run_facts("run.rlog", begin=None)
    text = " ".join(limits(unknown, WITH_CALLS))
    assert "only tools are answered" in text
    assert "is not in the log" in text
    assert text_of_command(None) == ""
    begin = RunStart(("sh", "/a/run.sh"), "/a", process=("python", "agent.py", "a b"))
    lacking = RunIndex(kinds=(*KINDS, NOT_RECORDED))
    text = " ".join(limits(run_facts("run.rlog", begin=begin), lacking))
    assert "“Not recorded”" in text
    assert "only this one was recorded: python agent.py 'a b'." in text
    own = replace(begin, command=("python", "/x/agent.py", "a b"))
    assert not own.is_of_another_process
    assert RunStart.of_event({}, {"begun": own.meta}) == own
