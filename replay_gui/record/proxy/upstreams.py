"""The providers behind a proxy, and the environment variables that lead agents to the proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Upstream:
    """A provider.

    Attributes:
        prefix: first part of the path at the proxy. variables: environment variables with its base URL.
        url: its base URL, without a slash at the end.
    """

    prefix: str
    variables: tuple[str, ...]
    url: str


_KNOWN = (
    Upstream("openai", ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "https://api.openai.com/v1"),
    Upstream("anthropic", ("ANTHROPIC_BASE_URL",), "https://api.anthropic.com"),
    Upstream("google", ("GOOGLE_GEMINI_BASE_URL",), "https://generativelanguage.googleapis.com"),
    Upstream("ollama", ("OLLAMA_HOST",), "http://127.0.0.1:11434"),
)


def upstreams(environment: Mapping[str, str]) -> tuple[Upstream, ...]:
    """Return the providers, with the base URLs in the environment."""
    result = []
    for known in _KNOWN:
        given = next((environment[name] for name in known.variables if environment.get(name)), known.url)
        url = given if "://" in given else f"http://{given}"
        result.append(Upstream(known.prefix, known.variables, url.rstrip("/")))
    return tuple(result)


def variables_for(proxy: str, providers: tuple[Upstream, ...]) -> dict[str, str]:
    """Return the environment variables that lead an agent to the proxy at this URL."""
    return {name: f"{proxy}/{provider.prefix}" for provider in providers for name in provider.variables}


def words_for(command: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """Return the command with options that lead its agent to the proxy: Codex has one instead of a variable."""
    names = [Path(word).name.partition("@")[0] for word in command]
    at = next((at for at, name in enumerate(names) if name in ("codex", "codex.js", "codex.exe")), None)
    if at is None:
        return [*command]
    return [*command[: at + 1], "-c", f'openai_base_url="{variables["OPENAI_BASE_URL"]}"', *command[at + 1 :]]


def target_url(path: str, providers: tuple[Upstream, ...]) -> str | None:
    """Return the URL to which a request to this path at the proxy goes; None if no provider has its prefix."""
    prefix, slash, rest = path.lstrip("/").partition("/")
    provider = next((provider for provider in providers if provider.prefix == prefix), None)
    return None if provider is None else f"{provider.url}{slash}{rest}"
