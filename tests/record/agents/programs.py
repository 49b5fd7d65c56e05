"""An agent whose tools start programs."""

import subprocess
import sys
from typing import Any

import httpx

from replay_gui import record


@record.tool
def search(query: str, limit: int) -> list[str]:
    code = f"for n in range({limit}): print({query!r}, n)"
    return subprocess.run(
        [sys.executable, "-SEc", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()


@record.tool
def fetch(page: str) -> str:
    command = [sys.executable, "-SEc", f"print('text of', {page!r})"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


OPTIONS = dict(temperature=0)  # noqa: C408


def ask(client: httpx.Client, messages: list[Any]) -> str:
    answer = client.post("/v1/chat/completions", json={"model": "large", "messages": messages, **OPTIONS})
    return str(answer.json()["choices"][0]["message"]["content"])


def main(url: str) -> str:
    with httpx.Client(base_url=url) as client:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        first, second = ask(client, messages).split(",")
        hits = search(first, limit=3)
        page = fetch(second)
        messages.append({"role": "user", "content": " | ".join([*hits, page])})
        return ask(client, messages)
