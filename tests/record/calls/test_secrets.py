"""Secrets are found by their names, their values and their forms; other texts stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.canonical import encode
from replay_gui.record.calls.secrets import _BEGINNINGS, HIDDEN, Secrets, is_secret_name, named_words

CANARY = "canary/value+1234"
TEXT = st.sampled_from(
    [
        CANARY,
        "sk-proj-abcdefgh12345678",
        "BEARER abcdefgh12345678",
        "password",
        "apiKey",
        "x",
        "é",
        "a text of some length",
    ]
)


def test_a_value_of_the_environment_is_hidden_wherever_it_stands() -> None:
    secrets = Secrets({"SERVICE_API_KEY": CANARY, "HOME": "/home/someone-else"})
    value = {"a": [f"x {CANARY} y", b"raw " + CANARY.encode()], CANARY: "/home/someone-else"}
    assert secrets.hide(value) == {"a": [f"x {HIDDEN} y", b"raw " + HIDDEN.encode()], HIDDEN: "/home/someone-else"}
    assert secrets.hide_text("q=canary%2Fvalue%2B1234") == f"q={HIDDEN}"
    assert secrets.hidden == 4


def test_a_header_is_learnt_without_its_scheme() -> None:
    secrets = Secrets({})
    secrets.learn([("Authorization", "Bearer abcdefgh-no-digits"), ("accept", "application/json")])
    assert secrets.hide_text("token abcdefgh-no-digits, application/json") == f"token {HIDDEN}, application/json"


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcdefgh12345678",
        "ghp_abcdefghijkl1234",
        "AKIAABCDEFGHIJKLMNOP",
        "eyJhbGciOiJI.eyJzdWIiOiIx.sig",
        "Bearer abcdefgh12345678",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_the_forms_of_known_keys_are_hidden(text: str) -> None:
    assert Secrets({}).hide_text(f"<{text}>") == f"<{HIDDEN}>"


@pytest.mark.parametrize(
    "value",
    [
        "the token budget: 100000",
        {"key": "user-preferences", "max_tokens": 100, "page_token": "abcdefgh"},
        "sk-learn and ask-me-anything",
        [1, 2.5, None, True],
    ],
)
def test_what_only_looks_like_a_secret_stays(value: object) -> None:
    assert Secrets({}).hide(value) is value


def test_members_with_secret_names_are_hidden() -> None:
    value = {"password": "x", "nested": {"api_key": "short", "Authorization": "Basic x"}, "empty_password": ""}
    clean = {"password": HIDDEN, "nested": {"api_key": HIDDEN, "Authorization": HIDDEN}, "empty_password": ""}
    assert Secrets({}).hide(value) == clean
    assert Secrets({}).hide(clean) is clean


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "x-api-key", "GITHUB_TOKEN", "cookie", "DB_PASSWORD", "x-goog-api-key"]
)
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["PATH", "TOKENIZERS_PARALLELISM", "content-type", "KEYBOARD", "MONKEY"])
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


def test_hiding_is_linear_in_hostile_text() -> None:
    secrets = Secrets({"A_TOKEN": "aaaaaaaaab"})
    text = "sk-" * 200_000 + "-----BEGIN " * 20_000
    assert len(secrets.hide_text(text)) == len(text)


@given(st.recursive(TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)))
def test_the_fast_search_misses_nothing(value: object) -> None:
    secrets = Secrets({"A_TOKEN": CANARY})
    clean = secrets._hide(value)  # that looks at each text
    assert secrets.hide(value) == clean
    if clean is not value:
        assert secrets.may_be_in(encode(value))
    assert not secrets.may_be_in(encode({"text": "an ordinary message"}))


@pytest.mark.parametrize("kind", ["api", "access", "secret", "private", "signing"])
@pytest.mark.parametrize("between", ["", "_", "-"])
def test_a_member_with_the_name_of_a_key_is_hidden_wherever_it_stands(kind: str, between: str) -> None:
    name = f"{kind}{between}Key"
    value = [{"messages": [{"role": "user"}]}, {name: "a plain word", "tokens": 3}]
    assert Secrets({}).hide(value) == [{"messages": [{"role": "user"}]}, {name: HIDDEN, "tokens": 3}]


@pytest.mark.parametrize(
    "name", ["refresh_token", "Authorization", "set-cookie", "passphrase", "PASSWD", "client_secret"]
)
def test_other_names_of_secrets_are_hidden(name: str) -> None:
    assert Secrets({}).hide({name: "a plain word"}) == {name: HIDDEN}


@pytest.mark.parametrize("beginning", _BEGINNINGS)
def test_a_text_that_begins_as_a_secret_is_looked_at(beginning: str) -> None:
    assert Secrets({}).may_be_in(f"some {beginning}text".encode())


def test_counts_of_tokens_and_plain_keys_are_no_secrets() -> None:
    value = {
        "usage": {"prompt_tokens": 7},
        "key": "a plain word",
        "page_token": "a plain word",
        "finish_reason": "stop",
    }
    secrets = Secrets({})
    assert secrets.hide(value) is value
    assert not secrets.may_be_in(b"prompt_tokens key page_token"), "most answers of models need no closer look"


def test_secrets_in_addresses_in_other_bytes_and_among_words_are_learnt() -> None:
    secrets = Secrets({"DATABASE_URL": "postgres://me:canary-in-an-address@db/x", "BAD_KEY": "canary-\udcff-bytes"})
    words = ["agent.py", "--api-key", "canary-word-1", "--token=canary-word-2", "SOME_KEY=canary-word-3", "--password"]
    secrets.learn(named_words(words))
    clean = secrets.hide(
        [*words, "postgres://me:canary-in-an-address@db/x", b"canary-\xff-bytes", "q=canary-%FF-bytes"]
    )
    assert "canary" not in str(clean)
    assert clean[0] == "agent.py"
    plain = Secrets({"DATABASE_URL": "postgres://postgres:postgres@localhost/x"})
    assert plain.hide_text("select version() -- postgres") == "select version() -- postgres"


def test_members_of_json_in_a_text_are_hidden() -> None:
    secrets = Secrets({})
    text = '{"user": "me", "password" : "a \\"plain\\" word", "key": "k"}'
    assert secrets.hide(["x" * 80, text])[1] == '{"user": "me", "password" : "[secret]", "key": "k"}'
    assert secrets.may_be_in(text.encode())
    hostile = '"password": "' * 50_000
    assert len(secrets.hide_text(hostile)) <= len(hostile)
