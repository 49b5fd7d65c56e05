"""All importers, and the choice of the one that reads a file."""

from __future__ import annotations

import os
import re

import msgspec

from replay_gui.core.errors import FormatUnknown, ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.amp import Amp
from replay_gui.core.importers.formats.assistants.chatgpt import ChatGpt
from replay_gui.core.importers.formats.assistants.claude_ai import ClaudeAi
from replay_gui.core.importers.formats.assistants.cline import Cline
from replay_gui.core.importers.formats.assistants.cline_history import ClineHistory
from replay_gui.core.importers.formats.assistants.cline_stream import ClineStream
from replay_gui.core.importers.formats.assistants.continue_dev import Continue
from replay_gui.core.importers.formats.assistants.crush import Crush
from replay_gui.core.importers.formats.assistants.deepseek_harness import DeepSeekHarness
from replay_gui.core.importers.formats.assistants.droid import Droid
from replay_gui.core.importers.formats.assistants.droid_stream import DroidStream
from replay_gui.core.importers.formats.assistants.kimi.importer import Kimi
from replay_gui.core.importers.formats.assistants.kimi.server import KimiServer
from replay_gui.core.importers.formats.assistants.kiro import Kiro
from replay_gui.core.importers.formats.assistants.lm_studio import LmStudio
from replay_gui.core.importers.formats.assistants.opencode import OpenCode
from replay_gui.core.importers.formats.assistants.qwen_code import QwenCode
from replay_gui.core.importers.formats.assistants.react_steps import ReActSteps
from replay_gui.core.importers.formats.assistants.trae_agent import TraeAgent
from replay_gui.core.importers.formats.assistants.zed import Zed
from replay_gui.core.importers.formats.benchmarks.agent_bench import AgentBench
from replay_gui.core.importers.formats.benchmarks.agent_data import AgentData
from replay_gui.core.importers.formats.benchmarks.agent_reward_bench import AgentRewardBench
from replay_gui.core.importers.formats.benchmarks.tau2 import Tau2
from replay_gui.core.importers.formats.benchmarks.tau_bench import TauBench
from replay_gui.core.importers.formats.benchmarks.who_and_when import WhoAndWhen
from replay_gui.core.importers.formats.chats.aider import Aider
from replay_gui.core.importers.formats.chats.aider_analytics import AiderAnalytics
from replay_gui.core.importers.formats.chats.amazon_q import AmazonQ
from replay_gui.core.importers.formats.chats.atif import Atif
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessages
from replay_gui.core.importers.formats.chats.copilot_cli import CopilotCli
from replay_gui.core.importers.formats.chats.copilot_vscode import CopilotVsCode
from replay_gui.core.importers.formats.chats.cursor_stream import CursorStream
from replay_gui.core.importers.formats.chats.gemini_cli import GeminiCli
from replay_gui.core.importers.formats.chats.gemini_stream import GeminiStream
from replay_gui.core.importers.formats.chats.goose import Goose
from replay_gui.core.importers.formats.chats.openhands import OpenHands
from replay_gui.core.importers.formats.chats.pi import Pi
from replay_gui.core.importers.formats.chats.smolagents import SmolAgents
from replay_gui.core.importers.formats.chats.strands_sessions import StrandsSessions
from replay_gui.core.importers.formats.chats.swe_agents.mini_swe_agent import MiniSweAgent
from replay_gui.core.importers.formats.chats.swe_agents.swe_agent import SweAgent
from replay_gui.core.importers.formats.claude_code.importer import ClaudeCode
from replay_gui.core.importers.formats.codex.importer import Codex
from replay_gui.core.importers.formats.frameworks.adk_evals import AdkEvals
from replay_gui.core.importers.formats.frameworks.autogen_events import AutoGenEvents
from replay_gui.core.importers.formats.frameworks.browser_use import BrowserUse
from replay_gui.core.importers.formats.frameworks.burr import Burr
from replay_gui.core.importers.formats.frameworks.crewai import CrewAi
from replay_gui.core.importers.formats.frameworks.deepeval import DeepEval
from replay_gui.core.importers.formats.frameworks.google_adk import GoogleAdk
from replay_gui.core.importers.formats.frameworks.inspect_ai import InspectAi
from replay_gui.core.importers.formats.frameworks.langchain_events import LangChainEvents
from replay_gui.core.importers.formats.frameworks.langgraph.importer import LangGraph
from replay_gui.core.importers.formats.frameworks.langgraph.stream import LangGraphStream
from replay_gui.core.importers.formats.frameworks.omen import Omen
from replay_gui.core.importers.formats.frameworks.openai_assistants import OpenAiAssistants
from replay_gui.core.importers.formats.frameworks.openclaw import OpenClaw
from replay_gui.core.importers.formats.frameworks.promptfoo import Promptfoo
from replay_gui.core.importers.formats.frameworks.pydantic_ai import PydanticAi
from replay_gui.core.importers.formats.frameworks.temporal.importer import Temporal
from replay_gui.core.importers.formats.providers.answer_chunks import AnswerChunks
from replay_gui.core.importers.formats.providers.batch_results import BatchResults
from replay_gui.core.importers.formats.providers.http_recordings import HttpRecordings, begins_as_cassette
from replay_gui.core.importers.formats.traces.braintrust import Braintrust
from replay_gui.core.importers.formats.traces.hal import Hal
from replay_gui.core.importers.formats.traces.langfuse.importer import Langfuse
from replay_gui.core.importers.formats.traces.langsmith import LangSmith
from replay_gui.core.importers.formats.traces.mlflow import MlFlow
from replay_gui.core.importers.formats.traces.openai_agents import OpenAiAgents
from replay_gui.core.importers.formats.traces.otel.importer import OpenTelemetry
from replay_gui.core.importers.formats.traces.weave import Weave
from replay_gui.core.importers.formats.transcripts.acp import Acp
from replay_gui.core.importers.formats.transcripts.activities import Activities
from replay_gui.core.importers.formats.transcripts.antigravity import Antigravity
from replay_gui.core.importers.formats.transcripts.antigravity_steps import AntigravitySteps
from replay_gui.core.importers.formats.transcripts.cursor_transcripts import CursorTranscript
from replay_gui.core.importers.formats.transcripts.grok import Grok
from replay_gui.core.importers.formats.transcripts.junie import Junie
from replay_gui.core.importers.formats.transcripts.mcp import Mcp
from replay_gui.core.importers.generic.importer import JsonLines
from replay_gui.core.importers.importer import Importer
from replay_gui.core.importers.limits import RAISED_BY
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.plugins import plugins
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number


def importers() -> tuple[Importer, ...]:
    """Return all importers in the order of their use: those of other packages last, before the generic importer."""
    return (*_built_in_importers(), *plugins(), JsonLines())


def title_of(name: str) -> str:
    """Return the title of the importer with this name, in English; the name itself if there is no such importer."""
    return next((importer.title for importer in importers() if importer.name == name), name)


def _built_in_importers() -> tuple[Importer, ...]:
    return (
        InspectAi(),
        LangGraph(),
        CursorStream(),
        DroidStream(),
        ClineStream(),
        QwenCode(),
        ClaudeCode(),
        Codex(),
        Omen(),
        OpenClaw(),
        GeminiCli(),
        GeminiStream(),
        Atif(),
        MiniSweAgent(),
        TauBench(),
        Tau2(),
        WhoAndWhen(),
        AgentBench(),
        AgentRewardBench(),
        AgentData(),
        SweAgent(),
        OpenHands(),
        OpenCode(),
        CopilotCli(),
        CopilotVsCode(),
        DeepSeekHarness(),
        Pi(),
        Droid(),
        Kimi(),
        KimiServer(),
        Kiro(),
        AmazonQ(),
        Junie(),
        Goose(),
        Amp(),
        Grok(),
        Acp(),
        Mcp(),
        Antigravity(),
        AntigravitySteps(),
        Activities(),
        CursorTranscript(),
        Continue(),
        Crush(),
        Zed(),
        LmStudio(),
        ChatGpt(),
        ClaudeAi(),
        Cline(),
        ClineHistory(),
        TraeAgent(),
        SmolAgents(),
        PydanticAi(),
        Aider(),
        AiderAnalytics(),
        CrewAi(),
        Burr(),
        BrowserUse(),
        AutoGenEvents(),
        GoogleAdk(),
        AdkEvals(),
        LangChainEvents(),
        LangGraphStream(),
        Braintrust(),
        Hal(),
        Weave(),
        OpenAiAssistants(),
        DeepEval(),
        Promptfoo(),
        Temporal(),
        Langfuse(),
        LangSmith(),
        OpenAiAgents(),
        MlFlow(),
        OpenTelemetry(),
        StrandsSessions(),
        BatchResults(),
        HttpRecordings(),
        AnswerChunks(),
        ReActSteps(),
        ChatMessages(),
    )


def recognise(path: str | os.PathLike[str], format: str | None = None) -> Importer:
    """Return the importer for the file, or the importer that `format` names.

    Raises ImportRefused if there is none, LogUnreadable if the file cannot be read.
    """
    with Source(path) as source, foreign_file(source) as file:
        return importer_for(file, format)


def importer_for(file: ForeignFile, format: str | None = None) -> Importer:
    """Do the same as `recognise` for an open file."""
    known = importers()
    if format is not None:
        for importer in known:
            if importer.name == format:
                return importer
        raise ImportRefused(
            tr("no format is called {format!r}; known are {formats}", format=format, formats=names_of(known))
        )
    for importer in known:
        if importer.recognises(file):
            return importer
    path = file.source.path
    if not file.head:
        problem = tr("{path}: is empty", path=path)
    elif file.is_too_long:
        problem = tr(
            "{path}: is one JSON value of more than {limit} MB, which is not read; {advice}",
            path=path,
            limit=file.limits.document >> 20,
            advice=tr(RAISED_BY),
        )
    elif why := _yaml_problem(file) if _looks_like_yaml(file) else _json_problem(file):
        problem = tr("{path}: {reason}", path=path, reason=why)
    else:
        raise FormatUnknown(tr("{path}: is of no format known here", path=path))
    raise ImportRefused(problem)


def _looks_like_yaml(file: ForeignFile) -> bool:
    return file.source.path.suffix.lower() in (".yaml", ".yml") or begins_as_cassette(file)


def _yaml_problem(file: ForeignFile) -> str:
    """Return where and why a file is no YAML that is read; "" if it is such YAML."""
    if file.source.size > file.limits.document:
        return tr(
            "is YAML of more than {limit} MB, which is not read; {advice}",
            limit=file.limits.document >> 20,
            advice=tr(RAISED_BY),
        )
    return file.yaml_problem


def _json_problem(file: ForeignFile) -> str:
    """Return why a file that begins like a JSON object or array is invalid; "" if it is valid, or JSON Lines."""
    if file.document is not None or any(value is not None for value in file.first_lines):
        return ""
    start = file.head.lstrip()[:2]
    if start[:1] != b"{" and start != b"[{":
        return ""
    size = file.source.size
    try:
        msgspec.json.decode(file.source.read_at(0, size))
    except msgspec.DecodeError as why:
        if "truncated" in str(why):
            return tr(
                "the JSON ends in the middle, at byte {offset}; perhaps the file was not written to its end",
                offset=whole_number(size),
            )
        if "trailing characters" in str(why):  # a complete first value, and more after it
            return ""
        place = re.search(r"\(byte (\d+)\)", str(why))
        return tr("the JSON is damaged at byte {offset}", offset=whole_number(int(place[1]))) if place else ""
    except UnicodeDecodeError:
        return tr("the JSON has bytes that are not UTF-8")
    except RecursionError:
        return ""
    return ""


def names_of(known: tuple[Importer, ...]) -> str:
    """Return the names of these importers, separated by commas, for a message."""
    return ", ".join(importer.name for importer in known)
