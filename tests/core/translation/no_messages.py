"""The folders whose texts are all messages, and what looks like a text for the user there and is none."""

from __future__ import annotations

from replay_gui.core.report.redaction_profile import PRESETS
from tests.core.translation.english_sentences import ENGLISH_SENTENCES

TRANSLATED = (
    "app.py",
    "core/atomic_file.py",
    "core/catalogue",
    "core/contrast",
    "core/divergence",
    "core/effects/effect_words.py",
    "core/effects/reason_words.py",
    "core/facts",
    "core/log/event.py",
    "core/log/fault.py",
    "core/log/log_reader.py",
    "core/log/source.py",
    "core/readable/event_reading.py",
    "core/readable/markdown_lines.py",
    "core/readable/meta_words.py",
    "core/readable/value_lines.py",
    "core/reasons",
    "core/replay/replayer.py",
    "core/report",
    "core/state/draft.py",
    "core/state/json_form.py",
    "core/state/reducer.py",
    "core/text",
    "core/verification",
    "engine",
    "look",
    "models",
    "printout",
    "samples.py",
    "widgets",
    "windows",
)
"""The folders and files of the package in which every text for the user is a message."""

NO_MESSAGES = {
    "letters that stand for any text": {"widgets/parts/text/line_text.py": {"Wi"}},
    "a sentence that `sentence_text` translates where it is shown": ENGLISH_SENTENCES,
    "a bound, shown beside what was found": {"core/verification/integrity.py": {"below {}"}},
    "a unit": {"core/text/wording.py": {"{} kB", "{} MB", "{} GB", "{} TB", "{} µs", "{} ms"}},
    "a sign": {"widgets/parts/find_field.py": {"Aa"}, "widgets/run/run_facts_panel.py": {"{} ns"}},
    "a name that Qt has": {
        "look/font_families.py": {"Italic"},
        "look/theme.py": {"Fusion"},
        "windows/screenshot.py": {"This plugin does not support propagateSizeHints()"},
    },
    "a key, as Qt reads it": {
        "windows/actions.py": {"End", "Esc", "Home", "Left", "Right", "Space"},
        "windows/settings/key_choice.py": {"Del", "Down", "Enter", "Return", "Tab", "Up"},
    },
    "a key, which is compared or kept": {
        "core/facts/run_identity.py": {"sample {}"},
        "core/contrast/failure_groups.py": {"seen: in other runs"},
        "core/contrast/features/feature.py": {
            *("changed with", "changed any", "wrote name", "no patch", "handed over", "called tool", "checked last"),
            *("check passed", "read tool", "at least"),
        },
        "core/contrast/run_groups.py": {"a patch", "no patch"},
        "core/contrast/runs_picture.py": {"other arguments"},
        "core/divergence/rules/rules.py": {"hands over"},
        "core/reasons/evidence/attempts.py": {"edit {}"},
        "core/reasons/evidence/endings.py": {"handed over"},
        "core/reasons/marks/run_mark.py": {"error not got over", "figures from nowhere", "answer and target"},
        "core/reasons/reason.py": {"not looked"},
        "core/reasons/why_result.py": {"other arguments", "only A", "only B"},
        "core/report/classify.py": {"no record"},
        "core/report/redactor.py": {"{} is like no other", "[redacted {}]"},
        "core/report/timeline_drawing.py": {"axis middle", "axis end"},
        "core/report/words.py": {"not checked", "{} PASSED, {} FAILED"},
        "engine/answers.py": {"open as…", "show as text"},
        "engine/queries/catalogue_queries.py": {"catalogue query"},
        "models/rerun/rerun_words.py": {"a connection"},
        "models/source_session.py": {"save mapping", "read rules", "write rules"},
        "models/timeline/lanes.py": {"more subagents"},
        "windows/source_actions.py": {"show all runs"},
    },
    "a type, or JSON": {
        "core/report/json_report.py": {"replay-gui report 1"},
        "engine/open_run.py": {"Callable[[], tuple[OpenRun | None, OpenRun | None]]"},
        "models/run/json_text.py": {'{"$float": "{}"}'},
    },
    "the report for developers, whatever language its sender reads": {
        "models/diagnostics_text.py": {
            *("replay-gui {}", "Python {} ({})", "Qt {}, platform {}", "System: {}", "Packages", "Folders"),
            *("  settings: {}", "  cache: {}", "Last messages: {}", "not recorded", "not installed"),
        }
    },
    "a report that programs read": {
        "core/report/junit.py": {
            *("can be read", "event {} ({}), byte {}: {}", "and {} more", "{} divergences", "their outcomes differ"),
            *("the runs are the same", "the runs are equal in what is compared"),
        },
        "core/report/sarif.py": {
            "A record does not match its hash, its form or the record before it.",
            "Replay does not reproduce a recorded state.",
            "The seal does not match the log, or something follows it.",
            "The log is not the one that was anchored.",
            "The file could not be read.",
            "Something that would strengthen the verdict was not checked.",
            "Two runs diverge here.",
            "{} more are counted and not listed.",
            "not checked",
            " Expected {}, found {}.",
            "Event {} ({}): {}.{}",
            "{} divergences.",
            "Their outcomes differ.",
        },
    },
    "what agents and their tools write": {
        "core/facts/known_sessions.py": {"Caveat:", "[Request interrupted"},
        "core/text/call_text.py": {"None", "Traceback ("},
        "core/text/wording.py": {
            *("user cancel", "user cancelled", "user canceled", "user abort", "user aborted", "user interrupt"),
            *("user interrupted", "stopped by user"),
        },
        "core/reasons/evidence/file_edits.py": {"*** Begin Patch"},
        "core/reasons/evidence/value_chain.py": {"Cwd"},
        "core/reasons/phrases.py": {"exit {} · {}", "exit {}"},
        "core/report/redaction_profile.py": {PRESETS["keys"]},
    },
    "a past tense, for sentences in English alone": {"core/reasons/phrases.py": {"rolled back"}},
    "a name of a category of Unicode": {"core/text/plain_text.py": {"Cc", "Cf", "Zl", "Zp", "Cs"}},
    "a name of a program or a format": {
        "core/facts/known_sessions.py": {"Claude Code", "Codex", "Gemini CLI", "Pi", "Inspect"},
        "core/report/layout.py": {"replay-gui {}, {} UTC", ", {} UTC"},
        "engine/opening.py": {"Qwen Code"},
        "printout/pdf.py": {"replay-gui {}"},
        "windows/dialogs/export_dialog.py": {"JUnit XML", "Markdown"},
        "windows/runs/query_panel.py": {"SQL"},
        "windows/runs/runs_bar.py": {"SQL"},
        "windows/settings/about_dialog.py": {"replay-gui", "replay-gui {}\nPython {}\nPySide6 {}, Qt {}\n{}"},
    },
    "a command or a query": {
        "core/catalogue/queries.py": {
            "create view features as select run, kind, tool, path, value, number, event, calls, request "
            "from held join names using (feature)",
            "set lock_configuration = true",
        },
        "core/report/layout.py": {"b3sum {}"},
        "windows/dialogs/rerun_dialog.py": {"cd {}\n{}", "python agent.py …"},
        "windows/runs/query_panel.py": {
            "select task, count(*) as runs, sum(passed::int) as passed from runs group by task order by task"
        },
    },
    "printed in the terminal, where all is English": {
        "core/catalogue/indexing.py": {"{}: its calls are damaged in the catalogue; delete that, and write it again"},
        "engine/headless.py": {"{}: not verified: {}"},
        "engine/jobs/catalogue_cluster.py": {
            "{}: no Dask scheduler answers there: {}",
            "{}, or a source after it: {}; nothing was written",
            "several workers died while they read these",
            "a worker failed ({}: {})",
        },
        "engine/jobs/catalogue_workers.py": {
            "a worker process died, perhaps because memory ran out; no file was written; try --workers 1"
        },
        "engine/queries/catalogue_queries.py": {"sql: ended before it began"},
        "app.py": {
            "ended before the window was complete",
            "{}: the disk does not respond, so the last settings are not saved",
        },
        "windows/screenshot.py": {"the window was not complete, and for {} s nothing has changed"},
        "windows/settings/settings_file.py": {
            "{}: the settings are broken, and cannot be set aside: {}",
            "{}: the settings are broken; they were set aside as {}",
        },
    },
}
"""By reason and by file: what looks like a text for the user and is none. A field is written as ``{}``."""
