"""Secrets, which never reach a log: they are replaced before anything is written.

What is replaced: the values of environment variables and headers whose names say that they are secret, members of
requests with such names, and texts in the form of the keys of known services. The patterns are stricter than those of
a report's redaction: what is replaced in an answer is replaced for the agent too when it runs again.
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
_MIN_LENGTH = 8  # characters of a value that is taken for a secret by its name
_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:api[_-]?key|key|token|secret|password|passwd|passphrase|credentials?|authorization|cookie)$"
    r"|apikey$|accesstoken$|clientsecret$",
    re.IGNORECASE,
)
_MEMBERS = (  # "key", "token" and "page_token" are mostly something else in arguments
    r"(?:api|access|secret|private|signing)[_-]?key|(?:access|refresh|auth|bearer|id|session|api)[_-]?token"
    r"|(?:client[_-]?)?secret|password|passwd|passphrase|(?:proxy-)?authorization|(?:set-)?cookie"
)
_SECRET_MEMBER = re.compile(_MEMBERS, re.IGNORECASE)
_MEMBER_IN_TEXT = re.compile(  # of JSON in a text, as models give the arguments of tools
    rf'("(?:{_MEMBERS})"\s{{0,9}}:\s{{0,9}}")(?:[^"\\]|\\.){{1,4000}}"', re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(  # not "postgres" and other common words, which would be hidden everywhere
    r"://[^/@:\s]{0,200}:(?![A-Za-z]{1,400}@)([^/@\s]{1,400})@"
)
_FEW_BYTES = 80  # of a value: to look at each of its texts costs less than to search all of them for each sign
_NO_SECRETS = re.compile(r"/|~|\.{1,2}/|[A-Za-z]:\\|true$|false$|none$|default$|disabled$|enabled$", re.IGNORECASE)
_FORMS = re.compile(  # every repetition is bounded, so the time for a hostile text is linear in its length
    r"\b(?:sk|pk|rk)[-_](?=[A-Za-z_\-]{0,64}\d)[A-Za-z0-9_\-]{12,400}"
    r"|\b(?:ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abprs]-|hf_|npm_|AKIA|ASIA|AIza)[A-Za-z0-9_\-]{12,400}"
    r"|\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,1000}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
    r"|(?i:\bbearer\s{1,9})(?=[A-Za-z_+/=.~-]{0,64}\d)[\w+/=.~-]{12,4000}"
)
_BEGINNINGS = (  # one of them is in every text that _FORMS matches; looking for them is faster than _FORMS
    *("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xox", "hf_"),
    *("npm_", "AKIA", "ASIA", "AIza", "eyJ", "-----B"),
)


_SIGNS = "|".join(  # of a secret that is not known by its value: in each text in which `hide_text` replaces one, or in
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
_MAX_LOOKED_AT = 1_000  # names with values
_NOT_ENCODED = (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)


class Secrets:
    """The secrets that are known in this process.

    Attributes:
        hidden: how many texts were changed so far. learnings: how often there was something new to hide.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.hidden = self.learnings = 0
        self._learning = threading.RLock()  # the handler of a signal may interrupt its holder
        self._values: set[str] = set()
        self._looked_at: set[tuple[str, str]] = set()  # most requests have the headers of the one before
        self._names: dict[str, tuple[int, str]] = {}  # in their written form, by the secrets known at that time
        self._forms: tuple[str, ...] = ()
        self._raw_forms: tuple[bytes, ...] = ()
        self._has_escapes = False  # whether JSON writes one of them with escapes other than \u and \/
        self._pattern: re.Pattern[str] | None = None
        self._signs = _compiled_signs()
        self.learn(environment.items())

    def learn(self, named_values: Iterable[tuple[str, str]]) -> None:
        """Take the values whose names say that they are secret: of headers, say."""
        new = [named for named in named_values if named not in self._looked_at]
        if not new:
            return
        learnt = {
            part
            for name, value in new
            for part in _secret_parts(name, value)
            if len(part) >= _MIN_LENGTH and not _NO_SECRETS.match(part)
        }
        with self._learning:
            if not learnt <= self._values:
                self._values |= learnt
                self.learnings += 1
                forms = {form for value in self._values for form in _written_forms(value)}
                self._forms = tuple(sorted(forms, key=len, reverse=True))
                self._raw_forms = tuple(form.encode("utf-8", "surrogateescape") for form in self._forms)
                self._has_escapes = any(map(_ESCAPED.search, self._forms))
                self._pattern = re.compile("|".join(map(re.escape, self._forms)))
            if len(self._looked_at) + len(new) > _MAX_LOOKED_AT:
                self._looked_at.clear()
            self._looked_at.update(new)  # last: another thread may skip what is there

    def may_be_in(self, raw: bytes) -> bool:
        """Whether texts without any escapes, as msgpack has them, may hold a secret: a search that is fast."""
        return self._signs.search(raw) is not None or any(map(raw.__contains__, self._raw_forms))

    def may_be_in_json(self, raw: bytes) -> bool:
        """Whether a JSON text, or one of JSON lines, may hold a secret, escaped or not: a search that is fast."""
        if b"\\" in raw and (self._has_escapes or b"\\u" in raw or b"\\/" in raw):
            return True
        return self.may_be_in(raw)

    def hide(self, value: Any) -> Any:
        """Return a plain value without secrets; the same object where it holds none."""
        if isinstance(value, _LISTS_AND_MAPS):
            try:
                raw = encode_sorted(value)
            except _NOT_ENCODED:
                pass  # it is not plain; each of its texts is looked at
            else:
                if len(raw) > _FEW_BYTES and not self.may_be_in(raw):
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
        """Return the text without secrets; the same object where it holds none."""
        if len(text) < _MIN_LENGTH:
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

    def hide_name(self, name: str) -> str:
        """Return what `hide_text` returns for a text that comes again and again, such as a path."""
        learnings, clean = self._names.get(name, (-1, ""))
        if learnings != self.learnings:
            learnings, clean = self.learnings, self.hide_text(name)
            if len(self._names) >= _MAX_LOOKED_AT:
                self._names.clear()
            self._names[name] = learnings, clean
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
    """Return what is secret of a value: all of it by its name, or the password of an address."""
    if is_secret_name(name):
        return value, value.rpartition(" ")[2]  # "Bearer x": x alone is the secret
    return _PASSWORD_IN_URL.findall(value) if "://" in value else ()


def _written_forms(value: str) -> tuple[str, str, str]:
    """Return a value, and its encoding in URLs and forms; bytes that are not UTF-8 are surrogates there."""
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
    """Return the pattern of all signs, in one pass over a text, which takes a tenth of a search for each of them."""
    import re2  # when a session begins

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes
    options.never_capture = True
    return re2.compile(_SIGNS.encode(), options)


def can_be_encoded(value: Any) -> bool:
    """Whether a value of plain types can be written: no text in it is half a character, no number too large."""
    try:
        encode_sorted(value)
    except _NOT_ENCODED:
        return False
    return True


def is_secret_member(name: str) -> bool:
    """Whether a member of a request, or a part of a query, with this name is a secret; fewer than of headers are."""
    return _SECRET_MEMBER.fullmatch(name) is not None


def is_secret_name(name: str) -> bool:
    """Whether what bears this name (a header, a variable, a member) is a secret, as in ``OPENAI_API_KEY``."""
    return _SECRET_NAME.search(name) is not None
