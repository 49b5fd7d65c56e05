"""Redact values and events by a profile, before sentences are made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.log.chain import digest
from replay_gui.core.log.event import Event
from replay_gui.core.report.redaction_profile import RedactionProfile
from replay_gui.core.state.state import ABSENT, LISTS, MAPS
from replay_gui.core.text.json_pointer import escape_token, split_pointer

_HIDDEN = re.compile(r"(\[redacted \d+\])")
_NAMES = frozenset(("key", "name", "header", "field", "variable"))  # members of pairs, as in headers and settings
_VALUE = "value"
_MAX_PAIR_MEMBERS = 32  # a pair may have some more, such as a type
_MAX_DEPTH = 100  # more deeply nested values are hidden completely


class Redactor:
    """One redaction of one report.

    A hidden value becomes ``[redacted 1]``; equal values have equal numbers, which shows where two runs differ.

    Attributes:
        changed: number of texts and values that were hidden or changed.
    """

    def __init__(self, profile: RedactionProfile) -> None:
        self.profile = profile
        self.changed = 0
        self._patterns = profile.text_patterns()
        self._paths = profile.path_pattern()
        self._numbers: dict[bytes, int] = {}

    def text(self, text: str) -> str:
        """Return the text without the matches of patterns; raise PatternRefused if a pattern takes too long."""
        shown = text
        for pattern in self._patterns:  # placeholders are not redacted again
            parts = _HIDDEN.split(shown)
            shown = "".join(
                part if number % 2 else pattern.replace_each(part, self._mark) for number, part in enumerate(parts)
            )
        self.changed += shown != text
        return shown

    def placeholder_for(self, text: str) -> str:
        """Return the placeholder for the text, whatever its content."""
        self.changed += 1
        return self._mark(text)

    def value(self, value: Any, path: str = "") -> Any:
        """Return the redacted value at this JSON Pointer of a payload."""
        if value is ABSENT or value is None or isinstance(value, bool):
            return value
        if self._is_hidden(path) or path.count("/") > _MAX_DEPTH:
            return self.placeholder_for(value if isinstance(value, str) else self._identity(value))
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, MAPS):
            named = self._is_named_secret(value)
            return {
                self.text(key): self._named_value(value[key])
                if named and key.lower() == _VALUE
                else self.value(value[key], f"{path}/{escape_token(key)}")
                for key in value
            }
        if isinstance(value, LISTS):
            if self._is_secret_pair(value):
                return [value[0], self._named_value(value[1])]
            return [self.value(item, f"{path}/{number}") for number, item in enumerate(value)]
        words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        shown = self.text(words)
        return value if shown == words else shown

    def event(self, event: Event) -> Event:
        """Return the event with redacted payload, kind and id; its hashes are unchanged."""
        payload = self.value(event.payload)
        return replace(event, payload=payload, kind=self.text(event.kind), event_id=self.text(event.event_id))

    def difference(self, difference: Difference, a: Event, b: Event) -> Difference:
        """Return a redacted difference between two events, including its path."""
        named = any(self._names_secret_at(event.payload, difference.path) for event in (a, b))
        hide = self._named_value if named else partial(self.value, path=difference.path)
        return replace(difference, path=self.text(difference.path), a=hide(difference.a), b=hide(difference.b))

    def _names_secret_at(self, value: Any, path: str) -> bool:
        """Return whether the path leads through a value that a neighbouring member names as secret."""
        for token in split_pointer(path):
            if isinstance(value, MAPS):
                if token.lower() == _VALUE and self._is_named_secret(value):
                    return True
                value = value.get(token)
            elif isinstance(value, LISTS) and token.isdecimal() and int(token) < len(value):
                if int(token) == 1 and self._is_secret_pair(value):
                    return True
                value = value[int(token)]
            else:
                return False
        return False

    def _is_named_secret(self, members: Any) -> bool:
        """Return whether a map is a pair such as ``{"key": "password", "value": …}``, of a secret."""
        if len(members) > _MAX_PAIR_MEMBERS or not any(key.lower() == _VALUE for key in members):
            return False
        names = (members[key] for key in members if key.lower() in _NAMES)
        return any(isinstance(name, str) and self.profile.hides_key(name) for name in names)

    def _is_secret_pair(self, items: Any) -> bool:
        """Return whether a list is a pair such as ``["Authorization", …]``."""
        return len(items) == 2 and isinstance(items[0], str) and self.profile.hides_key(items[0])

    def _named_value(self, value: Any) -> Any:
        if value is ABSENT or value is None or isinstance(value, bool):
            return value
        return self.placeholder_for(value if isinstance(value, str) else self._identity(value))

    def _is_hidden(self, path: str) -> bool:
        if not path:
            return False
        if self._paths is not None and self._paths.match(path) is not None:
            return True
        return any(self.profile.hides_key(token) for token in path.split("/")[1:])

    def _identity(self, value: Any) -> str:
        """Return a text that is equal only for equal values."""
        try:
            return repr(value)
        except RecursionError:
            return f"{len(self._numbers)} is like no other"

    def _mark(self, secret: str) -> str:
        number = self._numbers.setdefault(digest(secret.encode(errors="surrogatepass")), len(self._numbers) + 1)
        return f"[redacted {number}]"
