"""A real server on this machine that answers as OpenAI's chat completions are documented to answer.

What it says is a function of the request: `answer(request) -> Reply`, where a request is the JSON that came, and
the shapes are those of the API reference (platform.openai.com/docs/api-reference/chat/object and …/guides/error-codes).
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """`stall_s`: silence before the body; `drop`: the connection ends inside the body; `big`: bytes that follow it."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    stall_s: float = 0.0
    drop: bool = False
    big: int = 0


def completion(text: str | None, sent: int = 20, made: int = 5, finish: str = "stop", **more: Any) -> Reply:
    message = {"role": "assistant", "content": text, "refusal": None}
    value = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "test"}
    value |= {"choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}]}
    value |= {"usage": {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made}}
    return Reply(body=json.dumps(value | more).encode())


def error(status: int, message: str, code: Any = None, kind: str = "invalid_request_error", **headers: str) -> Reply:
    value = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status=status, body=json.dumps(value).encode(), headers=named)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[dict[str, Any]], Reply], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.at: list[float] = []
        self.lock = threading.Lock()
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of these tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(value)
            self.server.headers.append(dict(self.headers))
            self.server.paths.append(self.path)
            self.server.at.append(time.monotonic())
        reply = self.server.answer(value)
        self.send_response(reply.status)
        for name, text in ({"Content-Type": "application/json"} | reply.headers).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(reply.body) + reply.big + (1000 if reply.drop else 0)))
        self.end_headers()
        self.server.stop.wait(reply.stall_s)
        self.wfile.write(reply.body)
        for _ in range(reply.big >> 16):
            self.wfile.write(b" " * (1 << 16))
        if reply.drop:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Silent."""


@contextlib.contextmanager
def serving(answer: Callable[[dict[str, Any]], Reply], port: int = 0) -> Iterator[Server]:
    server = Server(answer, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def user_text(request: dict[str, Any]) -> str:
    return next(m["content"] for m in reversed(request["messages"]) if m["role"] == "user")
