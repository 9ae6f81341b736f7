"""An SMS gateway on a free loopback port."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    path: str
    headers: Message
    body: dict[str, Any]


@dataclass
class FakeGateway:
    """What came in; `status` is the answer, and `location` where a redirect leads."""

    url: str = ""
    status: int = 200
    location: str = ""
    received: list[Received] = field(default_factory=list)


@contextmanager
def gateway() -> Iterator[FakeGateway]:
    fake = FakeGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.received.append(Received(self.path, self.headers, body))
            self.send_response(fake.status)
            self.send_header("Location", fake.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            fake.received.append(Received(self.path, self.headers, {}))
            self.send_error(405)

        def log_message(self, *_given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}/send?from=formsvc"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
