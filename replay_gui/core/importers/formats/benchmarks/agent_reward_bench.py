"""AgentRewardBench: an episode of a web agent in BrowserGym, with the page before every step."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import use_of
from replay_gui.core.importers.formats.records import CLOCK, ID, RECORDER, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.json_lines import value_in
from replay_gui.core.translation.messages import translatable

_STEP, _EPISODE = {"num", "action"}, {"benchmark", "summary_info", "steps"}
_PAGE = ("url", "open_pages_urls", "focused_element", "axtree", "axtree_pruned", "axtree_obj", "screenshot_path")
_OF_PAGE = (*_PAGE, "bounding_boxes", "extra_element_properties", "pruned_html", "dom_txt", "dom_obj")
_NAME = re.compile(r"\s*([A-Za-z_]\w{0,60})\(", re.ASCII)
_MAX_CALL_CHARACTERS = 1 << 16  # the syntax tree of a longer one may not fit into memory
_GRADED = ("cum_reward", "terminated", "truncated", "err_msg")
_USAGE_MEMBERS = ("input_tokens", "output_tokens", "cost", "n_retry", "n_retry_llm", "step_elapsed", "agent_elapsed")


class AgentRewardBench(RecordFormat):
    """The importer. An episode is one run: the page before the next step is the result of an action."""

    name = "agent-reward-bench"
    title = translatable("AgentRewardBench trajectory")
    member = "steps"
    volatile: ClassVar[Mapping[str, str]] = {
        "num": "The number of the step; the order of the steps shows it.",
        "stats": USAGE,
        "seed": ID,
        "package_version": RECORDER,
        "date": CLOCK,
        **{f"stats.{of}_{name}": USAGE for of in ("cum", "max") for name in _USAGE_MEMBERS},
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an episode, also one without a step."""
        return _is_without_steps(file.document) or super().recognises(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the episode."""
        if _is_without_steps(file.document):
            yield self._run(file.stem, file.document, ImportNotes(file.notes))
        else:
            yield from super().runs(file)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept numbered steps that have an action and a page."""
        return bool(records) and all(record.keys() >= _STEP and record.keys() & {*_PAGE} for record in records[:5])

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one episode."""
        return _EpisodeEvents(self.name, self.volatile, notes)


def _is_without_steps(document: Any) -> bool:
    return isinstance(document, dict) and document.keys() >= _EPISODE and document["steps"] == []


class _EpisodeEvents(RecordEvents):
    taken = ("goal", "summary_info", "benchmark", "agent", "model", "experiment", "model_args", "flags", "valid")
    _open: str | None = None  # the call whose result is the next step's page

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self._begin()
        self.set_model(self.whole.get("model"))
        page = {name: record[name] for name in _OF_PAGE if record.get(name) not in (None, "", [], {})}
        wrong = record.get("last_action_error")
        if self._open is not None:
            error = first_line(wrong) or "failed" if isinstance(wrong, str) and wrong else None
            self.add_result(self._open, page, error, {"last_action_error": wrong} if wrong else {})
        else:
            self.add_message("page", page, {"last_action_error": wrong} if wrong else {})
        self._open = None
        thought, action = record.get("reasoning"), record.get("action")
        extra = self.fields(record, *_OF_PAGE, "reasoning", "action", "last_action_error")
        self.run.once = _use(record.get("stats"))
        if thought or extra:
            self.run.context["parent"] = self.add_answer(None, thought if isinstance(thought, str) else None, extra)
        if isinstance(action, str) and action:
            self._open = f"step {self.run.count}"
            name, given = _call(action)
            self.run.request(self._open, name, given)

    def _begin(self) -> None:
        config = {name: self.whole[name] for name in self.taken[2:] if self.whole.get(name) is not None}
        self.run.agent_init(str(self.whole.get("agent") or self.agent), "", config)
        if self.whole.get("goal"):
            self.add_message("user", self.whole["goal"])

    def add_end(self) -> None:
        """Add how the episode ended, and its reward."""
        if not self.run.count:
            self._begin()
        summary = self.whole.get("summary_info")
        summary = summary if isinstance(summary, dict) else {}
        if wrong := summary.get("err_msg"):
            self.run.error("error", str(wrong), "agent")
            self.how = "crash", first_line(str(wrong))
        elif summary.get("truncated") is True:
            self.how = "limit", None
        elif summary.get("terminated") is True:
            self.how = "answered", None
        rest = self.rest(summary, *_GRADED)
        reward = summary.get("cum_reward")
        score = float(reward) if isinstance(reward, int | float) and not isinstance(reward, bool) else None
        passed = None if score is None else score >= 1
        if summary:
            self.run.outcome(passed=passed, score=score, by="BrowserGym reward", parts=rest)


def _use(stats: Any) -> dict[str, Any]:
    return use_of(stats, stats.get("cost")) if isinstance(stats, dict) else {}


def _call(action: str) -> tuple[str, Any]:
    """Return (tool, arguments) of an action in the form of a Python call; the text as arguments if it is none."""
    named = _NAME.match(action)
    name = named[1] if named else "action"
    if len(action) > _MAX_CALL_CHARACTERS:
        return name, action
    try:
        (statement,) = ast.parse(action.strip()).body
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call) or ast.unparse(call) != action.strip():  # it has more than plain arguments
            return name, action
        given = [ast.literal_eval(value) for value in call.args]
        by_name = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
        given, by_name = value_in(json.dumps([given, by_name], allow_nan=False))  # JSON does not have all literals
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return name, action
    return name, action if given and by_name else given or by_name
