"""ChatGPT's export (``conversations.json``): conversations whose messages are a tree, ``mapping``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID, NO_RUNS, as_map, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import tr, translatable

_MAX_SAMPLED_CONVERSATIONS = 20  # conversations that are examined to recognise a file
_TEXTS = ("code", "execution_output", "tether_quote", "tether_browsing_display", "system_error")
_CONTEXTS = ("user_editable_context", "model_editable_context", "reasoning_recap")
_TO_ALL = ("all", None)  # recipients that are not tools
_DONE_STATUS = "finished_successfully"
_USUAL_CONTENT_TYPES = ("text", "code", "execution_output", "thoughts")  # usual content types, which are not kept
_FAILED = ("exception", "failed", "error")  # in the status of executed code


class ChatGpt:
    """The importer. Each conversation is a run: its current branch; other branches are bookkeeping."""

    name = "chatgpt"
    title = translatable("ChatGPT export")
    version = 1
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("id", "conversation_id", "current_node", "parent_id", "request_id", "turn_exchange_id"), ID),
        **dict.fromkeys(("parent", "children", "source_analysis_msg_id", "working_turn_id", "run_id"), ID),
        **dict.fromkeys(("create_time", "update_time", "start_time", "end_time", "timestamp_"), CLOCK),
        **dict.fromkeys(("finished_duration_sec", "finished_text"), CLOCK),
        "title": "A title that a model wrote; it varies between equal runs.",
        "chunks": "Pieces of reasoning; the whole reasoning is compared.",
        "jupyter_messages": "Messages with pieces of the code's output; the whole output is compared.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a conversation, or an array that begins with conversations."""
        return any(_is_conversation(one) for one in self._conversations(file)[:_MAX_SAMPLED_CONVERSATIONS])

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield every conversation as a run."""
        if not self.recognises(file):
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))
        notes = ImportNotes(file.notes)
        for number, one in enumerate(self._conversations(file), 1):
            if not _is_conversation(one):
                notes.count(NO_RUNS)
                continue
            events = _ChatGptEvents(self.name, self.volatile, ImportNotes(notes))
            named = one.get("title")
            run_id = str(one.get("conversation_id") or one.get("id") or f"{file.stem} {number}")
            events.run.context = {"time": any_time(one.get("create_time"))}
            setting = events.rest(one, "mapping")
            events.begin(setting | ({"model": model} if (model := setting.pop("default_model_slug", None)) else {}))
            yield ImportedRun(
                name=named if isinstance(named, str) and named else run_id,
                run_id=run_id,
                agent=events.agent,
                created=any_time(one.get("create_time")),
                source={},
                events=events.read(enumerate(_in_order(one), 1)),
                notes=events.notes,
            )

    def _conversations(self, file: ForeignFile) -> list[Any]:
        document = file.document
        return document if isinstance(document, list) else [document]


def _is_conversation(value: Any) -> bool:
    nodes = value.get("mapping") if isinstance(value, dict) else None
    return isinstance(nodes, dict) and any(isinstance(node, dict) and "message" in node for node in nodes.values())


def _in_order(conversation: dict[str, Any]) -> Iterator[Any]:
    """Yield the messages of the current branch, oldest first, then those of other branches, which are marked."""
    nodes = {key: node for key, node in conversation["mapping"].items() if isinstance(node, dict)}
    at: Any = conversation.get("current_node")
    if not isinstance(at, str) or at not in nodes:
        at = next((key for key in reversed(nodes) if nodes[key].get("message")), None)
    path = dict[str, Any]()
    while isinstance(at, str) and at in nodes and at not in path:
        path[at] = nodes[at].get("message")
        at = nodes[at].get("parent")
    yield from (message for message in reversed(path.values()) if message is not None)
    others = (node.get("message") for key, node in nodes.items() if key not in path)
    yield from ({"other_branch": message} for message in others if message is not None)


class _ChatGptEvents(ChatMessageEvents):
    agent = "ChatGPT"

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("create_time"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        if "other_branch" in record:
            self.run.bookkeeping(f"{self.format}/other-branch", record["other_branch"])
            return
        author, content, about = (as_map(record.get(name)) for name in ("author", "content", "metadata"))
        kind, recipient = content.get("content_type"), record.get("recipient")
        role, name = str(author.get("role")), author.get("name")
        is_call = role == "assistant" and recipient not in _TO_ALL and kind != "thoughts"
        members = self._other_members(record, author, content, about)
        members |= {"speaker": name} if name and role != "tool" else {}
        members |= {} if is_call or recipient in _TO_ALL else {"recipient": recipient}
        text = _text_of(content)
        if kind in _CONTEXTS or (role == "system" and not text):
            self.run.unmapped = members
            self.run.bookkeeping(f"{self.format}/{kind}", text or None)
            return
        message = {**members, "id": record.get("id"), "role": role, "model": about.get("model_slug")}
        if kind == "thoughts":
            message |= {"content": [{"type": "thinking", "thinking": text}]}
        elif is_call:
            message |= {"tool_calls": [{"id": record.get("id"), "name": str(recipient), "arguments": text}]}
        elif role == "tool":
            message |= self._answer(str(name or "tool"), text, content, about)
        else:
            message |= {"content": text}
        super().add_record(message)

    def _other_members(
        self, record: dict[str, Any], author: dict[str, Any], content: dict[str, Any], about: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the members of a message other than its text."""
        members: dict[str, Any] = {}
        members |= self.fields(record, "author", "content", "metadata", "recipient", "status", weight=1.0).get(
            "fields", {}
        )
        if record.get("status") not in (_DONE_STATUS, None):
            members["message_status"] = record["status"]
        if content.get("content_type") not in _USUAL_CONTENT_TYPES:
            members["content_type"] = content.get("content_type")
        thoughts = content.get("thoughts")
        thoughts = thoughts if isinstance(thoughts, list) else []
        for place, rest in (
            ("author", self.fields(author, "role", "name")),
            ("metadata", self.fields(about, "model_slug")),
            ("content_about", self.fields(content, "content_type", "parts", "text", "thoughts", "content")),
            *(
                (f"thought {number}", self.fields(one, "summary", "content", finished=True))
                for number, one in enumerate(thoughts, 1)
                if isinstance(one, dict)
            ),
        ):
            members |= {place: rest["fields"]} if rest else {}
        return members

    def _answer(self, name: str, text: Any, content: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
        """Add a tool's message: the result of that tool's oldest open call."""
        waiting = (one for one in self._open if (call := self.run.call(one)) is not None and call.tool_name == name)
        status = str(as_map(about.get("aggregate_result")).get("status"))
        failed = content.get("content_type") == "system_error" or any(word in status for word in _FAILED)
        answer = {"name": name, "tool_call_id": next(waiting, None), "content": text}
        return answer | ({"is_error": True, "error": first_line(text) or "failed"} if failed else {})


def _text_of(content: dict[str, Any]) -> Any:
    kind = content.get("content_type")
    if kind == "thoughts":
        thoughts = maps_in(content.get("thoughts"))
        texts = [one.get(name) for one in thoughts for name in ("summary", "content")]
        return "\n".join(text for text in texts if isinstance(text, str) and text)
    if "parts" in content and isinstance(content["parts"], list):
        parts = [part for part in content["parts"] if part not in (None, "")]
        return "\n".join(parts) if all(isinstance(part, str) for part in parts) else parts
    if kind in _TEXTS and isinstance(content.get("text"), str):
        return content["text"]
    return content.get("content") if kind == "reasoning_recap" else content or None
