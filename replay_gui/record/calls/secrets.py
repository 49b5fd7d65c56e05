"""Secrets, which never reach a log: they are replaced before anything is written.

These are replaced: the values of environment variables and headers with secret names, members of requests with such
names, and texts in the form of the keys of known services. The patterns are stricter than those of a report's
redaction, because a replaced text in an answer is also replaced for the agent when it runs again.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec

from replay_gui.core.log.canonical import encode_sorted

HIDDEN = "[secret]"
_MIN_SECRET_CHARACTERS = 8  # least characters of a value that is a secret by its name
_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:api[_-]?key|key|token|secret|password|passwd|passphrase|credentials?|authorization|cookie)$"
    r"|apikey$|accesstoken$|clientsecret$",
    re.IGNORECASE,
)
_MEMBERS = (  # "key", "token" and "page_token" usually have another meaning in arguments
    r"(?:api|access|secret|private|signing)[_-]?key|(?:access|refresh|auth|bearer|id|session|api)[_-]?token"
    r"|(?:client[_-]?)?secret|password|passwd|passphrase|(?:proxy-)?authorization|(?:set-)?cookie"
)
_SECRET_MEMBER = re.compile(_MEMBERS, re.IGNORECASE)
_MEMBER_IN_TEXT = re.compile(  # members of JSON in a text, the form in which models give arguments
    rf'("(?:{_MEMBERS})"\s{{0,9}}:\s{{0,9}}")(?:[^"\\]|\\.){{1,4000}}"', re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(  # not "postgres" and other common words, which would be hidden everywhere
    r"://[^/@:\s]{0,200}:(?![A-Za-z]{1,400}@)([^/@\s]{1,400})@"
)
_SHORT_BYTES = 80  # of a value: checking each of its texts takes less time than searching all of them for each sign
_NO_SECRETS = re.compile(r"/|~|\.{1,2}/|[A-Za-z]:\\|true$|false$|none$|default$|disabled$|enabled$", re.IGNORECASE)
_FORMS = re.compile(  # every repetition is bounded, so the time for a hostile text is linear in its length
    r"\b(?:sk|pk|rk)[-_](?=[A-Za-z_\-]{0,64}\d)[A-Za-z0-9_\-]{12,400}"
    r"|\b(?:ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abprs]-|hf_|npm_|AKIA|ASIA|AIza)[A-Za-z0-9_\-]{12,400}"
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,1000}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
    r"|(?i:\bbearer\s{1,9})(?=[A-Za-z_+/=.~-]{0,64}\d)[\w+/=.~-]{12,4000}"
)
_BEGINNINGS = (  # every text that _FORMS matches contains one of them; this search is faster than _FORMS
    *("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xox", "hf_"),
    *("npm_", "AKIA", "ASIA", "AIza", "eyJ", "-----B"),
)


_SIGNS = "|".join(  # of a secret whose value is not known: in each text in which `hide_text` replaces one, or in
    # the name of its member; "api_key", but not "key" alone
    (
        *map(re.escape, _BEGINNINGS),
        "(?i:secret|pass|uthoriz|cookie|bearer",
        "(?:api|access|secret|private|signing)[_-]?key",
        "(?:access|refresh|auth|bearer|id|session|api)[_-]?token)",
    )
)

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_LISTS_AND_MAPS = (list, dict)  # a tuple, because a union would be created at each call
_NOT_ENCODED = (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)


class Secrets:
    """The known secrets of this process.

    Attributes:
        hidden: the number of changed texts so far. learnings: the number of times that new secrets were learned.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.hidden = self.learnings = 0
        self._learning = threading.RLock()  # a signal handler may interrupt the holder
        self._values: set[str] = set()
        self._forms: tuple[str, ...] = ()
        self._raw_forms: tuple[bytes, ...] = ()
        self._has_escapes = False  # whether JSON writes one of them with escapes other than \u and \/
        self._pattern: re.Pattern[str] | None = None
        self._find_signs = _compiled_signs()
        self.learn(environment.items())

    def learn(self, named_values: Iterable[tuple[str, str]]) -> None:
        """Learn the values with secret names, for example of headers."""
        learnt = {
            part
            for name, value in named_values
            for part in _secret_parts(name, value)
            if len(part) >= _MIN_SECRET_CHARACTERS and not _NO_SECRETS.match(part)
        }
        with self._learning:
            if not learnt <= self._values:
                self._values |= learnt
                forms = {form for value in self._values for form in _written_forms(value)}
                self._forms = tuple(sorted(forms, key=len, reverse=True))
                self._raw_forms = tuple(form.encode("utf-8", "surrogateescape") for form in self._forms)
                self._has_escapes = any(map(_ESCAPED.search, self._forms))
                self._pattern = re.compile("|".join(map(re.escape, self._forms)))
                self.learnings += 1  # last: what another thread remembers meanwhile is examined again

    def may_be_in(self, raw: bytes) -> bool:
        """Return whether texts without escapes, as in msgpack, may contain a secret, by a fast search."""
        return self._find_signs(raw) is not None or any(map(raw.__contains__, self._raw_forms))

    def may_be_in_json(self, raw: bytes) -> bool:
        """Return whether a text of JSON or JSON lines may contain a secret, escaped or not, by a fast search."""
        if b"\\" in raw and (self._has_escapes or b"\\u" in raw or b"\\/" in raw):
            return True
        return self._find_signs(raw) is not None or any(map(raw.__contains__, self._raw_forms))

    def hide(self, value: Any) -> Any:
        """Return a plain value without secrets; the same object if it has none."""
        if isinstance(value, _LISTS_AND_MAPS):
            try:
                raw = encode_sorted(value)
            except _NOT_ENCODED:
                pass  # it is not plain; each of its texts is checked
            else:
                if len(raw) > _SHORT_BYTES and not self.may_be_in(raw):
                    return value
        return self._hide(value)

    def _hide(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.hide_text(value)
        if isinstance(value, bytes):
            return self._hide_bytes(value)
        if isinstance(value, list):
            items = [self._hide(item) for item in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if isinstance(value, dict):
            return self._hide_members(value)
        return value

    def hide_text(self, text: str) -> str:
        """Return the text without secrets; the same object if it has none."""
        if len(text) < _MIN_SECRET_CHARACTERS:
            return text
        clean = text
        if self._pattern is not None and any(map(text.__contains__, self._forms)):
            clean = self._pattern.sub(HIDDEN, text)
        if any(map(text.__contains__, _BEGINNINGS)) or "bearer" in text.lower():
            clean = _FORMS.sub(HIDDEN, clean)
        if '":' in text or '" :' in text:
            clean = _MEMBER_IN_TEXT.sub(rf'\1{HIDDEN}"', clean)
        if clean == text:
            return text
        self.hidden += 1
        return clean

    def _hide_bytes(self, value: bytes) -> bytes:
        text = value.decode("utf-8", "surrogateescape")
        clean = self.hide_text(text)
        return value if clean is text else clean.encode("utf-8", "surrogateescape")

    def _hide_members(self, value: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        changed = False
        for key, member in value.items():
            new_key = self.hide_text(key)
            if isinstance(member, str) and member and is_secret_member(key):
                self.hidden += member != HIDDEN
                new: Any = member if member == HIDDEN else HIDDEN
            else:
                new = self._hide(member)
            changed = changed or new is not member or new_key is not key
            result[new_key] = new
        return result if changed else value


def _secret_parts(name: str, value: str) -> Sequence[str]:
    """Return the secret parts of a value: all of it by its name, or the password of an address."""
    if is_secret_name(name):
        return value, value.rpartition(" ")[2]  # "Bearer x": only x is the secret
    return _PASSWORD_IN_URL.findall(value) if "://" in value else ()


def _written_forms(value: str) -> tuple[str, str, str]:
    """Return a value, and its encoding in URLs and forms, in which bytes that are not UTF-8 are surrogates."""
    return value, quote(value, safe="", errors="surrogateescape"), quote_plus(value, errors="surrogateescape")


def named_words(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield names and values of a command's words: ``--api-key X``, ``--token=X``, ``API_KEY=X``."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        name, is_pair, value = word.partition("=")
        if is_pair:
            yield name.lstrip("-"), value
        elif word.startswith("-"):
            yield name.lstrip("-"), following


@functools.cache
def _compiled_signs() -> Any:
    """Return a function that finds signs in bytes, and returns None if there is none.

    One pass over a text takes a tenth of the time of a search for each of them. A set of patterns takes half the time
    of a pattern for short texts, since nobody needs the place.
    """
    import re2  # when a session begins

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes
    options.never_capture = True
    signs = re2.Set.SearchSet(options)
    signs.Add(_SIGNS.encode())
    signs.Compile()
    return signs.Match


def can_be_encoded(value: Any) -> bool:
    """Return whether a value of plain types can be written: it has no lone surrogate and no too large number."""
    try:
        encode_sorted(value)
    except _NOT_ENCODED:
        return False
    return True


def is_secret_member(name: str) -> bool:
    """Return whether a member of a request, or of a query, with this name is a secret; fewer names than for headers."""
    return _SECRET_MEMBER.fullmatch(name) is not None


def is_secret_name(name: str) -> bool:
    """Return whether a header, variable or member with this name is a secret, such as ``OPENAI_API_KEY``."""
    return _SECRET_NAME.search(name) is not None
