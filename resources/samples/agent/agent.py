"""A small agent that decides what to water today. Its model is a script on this computer: no key, no network.

It needs httpx. Record it with ``replay-gui record -o mine.rlog -- python agent.py``; run.rlog is such a recording.
"""

import json

import httpx
from model import running_model

from replay_gui import record

DAYS = 3  # of the forecast; another number is another request

BEDS = {"tomatoes": 18, "beans": 41, "roses": 33}


@record.tool
def moisture(bed: str) -> int:
    """Return the moisture of a bed, in percent."""
    return BEDS[bed]


@record.tool
def forecast(city: str, days: int) -> list[str]:
    """Return the weather of the next days."""
    return ["dry, 29°", "dry, 31°", "showers, 22°", "rain, 19°"][:days]


def use(name: str, given: dict[str, str]) -> object:
    """Use the tool that the model asks for."""
    return moisture(**given) if name == "moisture" else forecast(**given, days=DAYS)


def decide(url: str, task: str) -> str:
    """Ask the model until it asks for no tool any more; return its last words."""
    messages = [
        {"role": "system", "content": "You look after a garden. Water only what needs it."},
        {"role": "user", "content": task},
    ]
    with httpx.Client(base_url=url) as client:
        while True:
            body = {"model": "gardener-1", "temperature": 0, "messages": messages}
            answer = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
            messages.append(answer)
            if not answer.get("tool_calls"):
                return answer["content"]
            for call in answer["tool_calls"]:
                result = use(call["function"]["name"], json.loads(call["function"]["arguments"]))
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)})


if __name__ == "__main__":
    with running_model() as url:
        print(decide(url, "Which beds in Bergen have to be watered today?"))
