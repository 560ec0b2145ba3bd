"""A loopback server, in a process of its own, that makes the pages of a generated catalogue while it sends them.

python -m benchmarks.served --records 10000      # prints the address; ends with its standard input
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from benchmarks.generated import Pages

PATH = "/catalogue.ttl"
PIECES = 8
"""Records that are sent in one piece."""


@contextmanager
def serving(pages: Pages) -> Iterator[str]:
    """The address of the first page, while the server runs."""
    command = [sys.executable, "-m", "benchmarks.served", f"--records={pages.records}"]
    command += [f"--size={pages.size}", f"--seed={pages.seed}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: Pages
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        number = int(parse_qs(asked.query).get("page", ["1"])[0])
        if asked.path != PATH or not 1 <= number <= self.pages.count:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        url = f"http://{self.headers['Host']}{PATH}"
        waiting: list[str] = []
        for piece in self.pages.turtle(number, url):
            waiting.append(piece)
            if len(waiting) == PIECES:
                self._send("".join(waiting))
                waiting.clear()
        self._send("".join(waiting))
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, text: str) -> None:
        data = text.encode()
        if data:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--seed", default="pharos")
    asked = parser.parse_args()
    _Handler.pages = Pages(asked.records, asked.size, asked.seed)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}{PATH}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
