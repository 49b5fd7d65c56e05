"""Aider's chat history: who says a line of Markdown, and what it tells of the run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds" / "aider"


def session(folder: Path, text: str) -> Read:
    path = folder / "history.md"
    path.write_text(f"# aider chat started at 2026-05-05 10:00:00\n\n{text}")
    (found,) = read_all(path, "aider")
    return found


def said(found: Read) -> list[tuple[str, object]]:
    """What was said, without what Aider tells of itself before it was asked."""
    return [
        (event.kind, event.payload["data"])
        for event in found.events
        if event.kind in ("Observation", "Decision", "x:aider/output")
    ]


def test_a_prompt_on_the_command_line_is_not_what_the_model_says() -> None:
    (found,) = read_all(SEEDS / "2.md")
    assert said(found) == [("Observation", "# Change the colour\n\n**Task**: 8"), ("Decision", "I will change it.")]
    command = found.of("x:bookkeeping/aider/start")[0].payload["data"]
    assert command == "/usr/bin/aider --message # Change the colour\n\n**Task**: 8\n a.css"


def test_marks_in_an_answer_are_the_models() -> None:
    (found,) = read_all(SEEDS / "3.md")
    (answer,) = found.of("Decision")
    assert answer.payload["reasoning"] == "I need a route."
    assert answer.payload["data"] == (
        "Here it is.\n\n#### Route\n\n> a quote of the model\n\n```bash\n> not output\n```"
    )
    assert [event.payload["data"] for event in found.of("Observation")] == ["/add a.py\n  b.py", "add a check"]


def test_a_text_of_aider_has_a_mark_on_its_first_line_alone() -> None:
    (found,) = read_all(SEEDS / "3.md")
    assert "export A=1\n\n./x.sh" in [event.payload["data"] for event in found.of("x:aider/output")]


def test_the_model_tokens_failures_and_the_end() -> None:
    (found,) = read_all(SEEDS / "3.md")
    (use,) = found.of("x:bookkeeping/aider/token_usage")
    assert use.meta["tokens"] == {"input": 3200, "cached": 1500, "output": 512}
    assert (use.meta["cost"], use.meta["model"]) == (0.02, "m/one")
    assert [event.payload["error_type"] for event in found.of("Error")] == ["APIConnectionError", "edit format"]
    assert found.events[-1].payload == {"how": "limit", "why": "Only 3 reflections allowed, stopping."}


def test_an_editor_may_have_taken_the_spaces_away(tmp_path: Path) -> None:
    found = session(tmp_path, "> Aider v0.1\n\n#### do it\n#### now\n\nDone.\n\n> Tokens: 5 sent, 2 received.\n> Bye\n")
    assert said(found) == [("Observation", "do it\nnow"), ("Decision", "Done."), ("x:aider/output", "Bye")]
    (use,) = found.of("x:bookkeeping/aider/token_usage")
    assert use.meta["tokens"] == {"input": 5, "output": 2}


def test_an_answer_that_is_cut_in_its_code(tmp_path: Path) -> None:
    found = session(
        tmp_path, "#### do it  \n\nSo:\n```py\n> a\n<<<<<<< SE\n\n\n#### never mind  \n\n> ^C again to exit  \n"
    )
    assert said(found) == [
        ("Observation", "do it"),
        ("Decision", "So:\n```py\n> a\n<<<<<<< SE"),
        ("Observation", "never mind"),
    ]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]


def test_two_prompts_of_which_the_first_was_not_answered(tmp_path: Path) -> None:
    found = session(tmp_path, "#### one  \n#### more  \n\n#### two  \r\n\nYes.")
    assert said(found) == [("Observation", "one\nmore"), ("Observation", "two"), ("Decision", "Yes.")]


def test_aiders_own_texts_of_two_lines_and_tokens_as_older_versions_wrote_them(tmp_path: Path) -> None:
    found = session(
        tmp_path,
        "> Aider v0.1  \n\n#### go  \n\nOn it.\n\n> Tokens: 20,069 sent, 10,496 cache hit, 400 received.\n"
        "Cost: $0.06 message, $0.25 session.  \n> Applied edit to a.py  \n\n#### more  \n\nYes.\n\n"
        "> Tokens: 492 sent, 1,278 cached, 72 received. Cost: $0.01 request, $0.26 session.  \n"
        "> litellm.llms.anthropic.AnthropicError: busy  \n",
    )
    assert [event.payload["error_type"] for event in found.of("Error")] == ["AnthropicError"]
    assert [event.payload["data"] for event in found.of("Decision")] == ["On it.", "Yes."]
    assert len(found.of("PatchApplied")) == 1
    uses = found.of("x:bookkeeping/aider/token_usage")
    assert [(use.meta["tokens"], use.meta["cost"]) for use in uses] == [
        ({"input": 20069, "cached": 10496, "output": 400}, 0.06),
        ({"input": 1770, "cached": 1278, "output": 72}, 0.01),
    ]


def test_a_history_that_was_cut_and_the_start_that_an_answer_quotes(tmp_path: Path) -> None:
    path = tmp_path / "history.md"
    path.write_text(
        "> isort...Passed  \n\n#### go on  \n\nOn it.\n\n# aider chat started at 2026-05-05 10:00:00\n\n"
        '#### add a mark  \n\n```py\nwrite(f"\\n# aider chat started at {now}\\n")\n```\n'
    )
    before, whole = read_all(path)
    assert (before.run.name, before.run.created) == ("aider (start not kept)", None)
    assert said(before) == [("Observation", "go on"), ("Decision", "On it.")]
    assert whole.run.name == "aider 2026-05-05 10:00:00"
    assert said(whole)[1] == ("Decision", '```py\nwrite(f"\\n# aider chat started at {now}\\n")\n```')


def test_an_answer_that_the_user_stopped_is_no_output(tmp_path: Path) -> None:
    keys = "> ^C again to exit  \n"
    path = tmp_path / "history.md"
    path.write_text(
        "# aider chat started at 2025-01-02 03:04:05\n\n> Aider v0.83.1  \n"
        f"\n#### Do it  \n{keys}\nI will\n\n#### Go on  \n\nDone.\n\n> Tokens: 5 sent, 2 received.  \n{keys}"
    )
    (found,) = read_all(path)
    (stop,) = found.of("Error")
    assert (stop.payload["error_type"], stop.payload["message"]) == ("interrupted", "^C again to exit")
    assert [event.payload["data"] for event in found.of("Decision")] == ["I will", "Done."]
    assert len(found.of("x:aider/output")) == 1  # at the prompt, it is how one leaves
    assert not found.of("x:end")
    path.write_text(path.read_text().partition("#### Go on")[0])
    (stopped,) = read_all(path)
    assert stopped.events[-1].payload["how"] == "stopped by user"


def test_blank_input_and_commands_that_the_user_did_not_let_run(tmp_path: Path) -> None:
    run = "> mkdir data  \n> Run shell command? (Y)es/(N)o/(S)kip all/(D)on't ask again [Yes]: n  "
    found = session(tmp_path, f"#### make a folder  \n\nI do.\n\n{run}\n\n#### <blank>  \n")
    assert [event.payload["data"] for event in found.of("Observation")] == ["make a folder"]
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == ["mkdir data"]
    assert found.kinds[-1] == "x:bookkeeping/aider/blank-input"


def test_a_commit_in_records_reads_as_in_the_markdown(tmp_path: Path) -> None:
    about = {"session_id": "a1", "timestamp": "2026-05-04T10:00:07+00:00", "model": "m-1"}
    commit = {"type": "git_commit", "commit_sha": "1a2b3c", "commit_message": "feat: add it", **about}
    records = [{"type": "session_start", **about}, {"type": "user_message", "content": "Add it", **about}, commit]
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps(one) + "\n" for one in [*records, {"type": "file_add", "file_path": "a", **about}])
    )
    (one,) = read_all(path)
    assert [event.payload for event in one.of("x:aider/output")] == [{"data": "Commit 1a2b3c feat: add it"}]
    assert [event.payload for event in one.of("x:bookkeeping/aider/file_add")] == [{"data": {"file_path": "a"}}]
