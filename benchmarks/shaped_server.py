"""A static server that counts what it sends and can be as slow as a real connection.

It compresses like any host does. Bandwidth is shared by all requests, and each waits for one round
trip; shaping in the server, and not in the browser, so that workers are slowed down too.
"""

import gzip
import http.server
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

_ZIPPED = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".wasm", ".py"}
_SLICE = 16_384


@cache
def _zipped(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


class Server(http.server.ThreadingHTTPServer):
    """A server on the loopback address.

    Args:
        folder: What it serves.
        rate: Bytes a second for all requests together; 0 for as fast as it goes.
        delay: Seconds of waiting for each request.
    """

    daemon_threads = True

    def __init__(self, folder: Path, rate: float = 0, delay: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder, self.rate, self.delay = folder, rate, delay
        self.sent: Counter[str] = Counter()
        self._free, self._lock = 0.0, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}/"

    def wait_for_line(self, size: int) -> None:
        """Wait until the shared line has carried so many bytes more."""
        if not self.rate:
            return
        with self._lock:
            self._free = max(self._free, time.monotonic()) + size / self.rate
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript",
        ".json": "application/json",
    }  # fmt: skip
    server: Server

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, directory=str(arguments[2].folder))

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        zipped = path.suffix in _ZIPPED
        body = _zipped(path) if zipped else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.server.sent[self.path.partition("?")[0]] += len(body)
        for start in range(0, len(body), _SLICE):
            part = body[start : start + _SLICE]
            self.server.wait_for_line(len(part))
            self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        """Stay silent."""
