"""A server on loopback that answers as a model would, by a few rules."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def answer(messages: list[dict]) -> dict:
    """Return the model's next message: it looks at each bed, then at the weather, then decides."""
    asked = [call["function"] for message in messages for call in message.get("tool_calls") or ()]
    found = [json.loads(message["content"]) for message in messages if message["role"] == "tool"]
    number, beds = len(asked), ["tomatoes", "beans", "roses"]
    if number < len(beds):
        return {"role": "assistant", "content": None, "tool_calls": [call(number, "moisture", bed=beds[number])]}
    if number == len(beds):
        words = "Some are dry."
        return {"role": "assistant", "content": words, "tool_calls": [call(number, "forecast", city="Bergen")]}
    is_dry_spell = all(day.startswith("dry") for day in found[-1])
    thirsty = [bed for bed, percent in zip(beds, found, strict=False) if percent < (35 if is_dry_spell else 20)]
    return {"role": "assistant", "content": f"Water {' and '.join(thirsty) or 'nothing'}."}


def call(number: int, name: str, **given: str) -> dict:
    """Return a request for a tool, in OpenAI's form."""
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_POST(self) -> None:
        """Answer with a chat completion."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        choice = {"index": 0, "finish_reason": "stop", "message": answer(body["messages"])}
        tokens = len(json.dumps(body)) // 4
        usage = {"prompt_tokens": tokens, "completion_tokens": 12, "total_tokens": tokens + 12}
        raw = json.dumps({"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def running_model() -> Iterator[str]:
    """Run the server for a block; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
