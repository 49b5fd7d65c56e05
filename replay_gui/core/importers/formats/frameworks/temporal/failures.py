"""Temporal failures in words: what failed, and why."""

from __future__ import annotations

from typing import Any

_MAX_CAUSES = 20  # levels of causes in a text
_NAMED_FAILURES = (("childWorkflowExecutionFailureInfo", "workflowType"), ("activityFailureInfo", "activityType"))
_WITHOUT_WORDS = (
    ("timeoutFailureInfo", "timed out"),
    ("canceledFailureInfo", "canceled"),
    ("terminatedFailureInfo", "terminated"),
    ("resetWorkflowFailureInfo", "reset"),
)
_ENCODED = "Encoded failure"


def failure_text(failure: Any) -> str:
    """Return a failure in words, with its causes: "SendInvoice failed: mail server refused"; "" without a failure."""
    messages: list[str] = []
    for _ in range(_MAX_CAUSES):
        if not isinstance(failure, dict):
            break
        text = _own_text(failure)
        if text and not any(text in earlier for earlier in messages):
            messages.append(text)
        failure = failure.get("cause")
    return ": ".join(messages)


def without_prefix(kind: str, prefix: str) -> str:
    """Return a type in words, without its prefix: "timed out" for ``CHILD_WORKFLOW_EXECUTION_TIMED_OUT``."""
    return kind.removeprefix(prefix).replace("_", " ").lower()


def _own_text(failure: dict[str, Any]) -> str:
    """Return one failure in words, without its cause."""
    caused = isinstance(failure.get("cause"), dict)
    for info, type_name in _NAMED_FAILURES:
        about = failure.get(info)
        if isinstance(about, dict) and caused:
            kind = about.get(type_name)
            name = kind.get("name") if isinstance(kind, dict) else None
            if name:
                return f"{name} failed"
    message, encoded = failure.get("message"), failure.get("encodedAttributes")
    if message == _ENCODED and isinstance(encoded, dict) and encoded.get("message"):
        message = encoded["message"]
    if message:
        return str(message)
    for info, words in _WITHOUT_WORDS:
        about = failure.get(info)
        if isinstance(about, dict):
            kind = about.get("timeoutType")
            return f"{words} ({kind})" if kind else words
    about = failure.get("applicationFailureInfo")
    return str(about.get("type") or "") if isinstance(about, dict) else ""
