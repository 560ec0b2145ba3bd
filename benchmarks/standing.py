"""A loopback server, in a process of its own, of a catalogue that stands still until it is told to change records.

python -m benchmarks.standing --records 10000      # prints the address; ends with its standard input

`/tagged` answers conditional requests, `/plain` knows nothing of them. A line `3 7` on its standard input gives the
records 3 and 7 another title; a line of how many requests it had since the last one comes back.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from benchmarks.generated import HOST, RESEARCHERS, Pages

TAGGED, PLAIN = "/tagged", "/plain"


class Standing:
    """The driver's side."""

    def __init__(self, process: subprocess.Popen[str], base: str) -> None:
        self._process = process
        self.base = base

    def change(self, records: Sequence[int] = ()) -> int:
        """Changes these records and returns the number of requests since the last call."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(" ".join(map(str, records)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def standing(records: int, size: int = 100) -> Iterator[Standing]:
    """The server, while it runs."""
    command = [sys.executable, "-m", "benchmarks.standing", f"--records={records}", f"--size={size}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield Standing(process, process.stdout.readline().strip())
        finally:
            process.stdin.close()
            process.wait(30)


class _Site:
    """Pages made once: what is measured is who reads them."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.requests = 0
        self.edition: dict[int, int] = {}
        self.render = cache(self._render)

    def _render(self, path: str, number: int, host: str) -> tuple[bytes, str]:
        text = "".join(self.pages.turtle(number, f"http://{host}{path}"))
        if number != self.pages.count:
            # Every page describes whom it names: such pages do not depend on each other.
            text += "".join(
                f'<{HOST}/researchers/{n}> a foaf:Person ; foaf:name "Researcher {n}" .\n'
                for n in range(RESEARCHERS)
            )
        for record in self.pages.numbers(number):
            if record in self.edition:
                edition = self.edition[record]
                text += f'<{HOST}/datasets/{record}> dct:alternative "Edition {edition}"@en .\n'
        body = text.encode()
        return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'

    def change(self, records: Sequence[int]) -> int:
        for record in records:
            self.edition[record] = self.edition.get(record, 0) + 1
        if records:
            self.render.cache_clear()
        asked, self.requests = self.requests, 0
        return asked


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: _Site

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        number = int(parse_qs(asked.query).get("page", ["1"])[0])
        if asked.path not in (TAGGED, PLAIN) or not 1 <= number <= self.site.pages.count:
            self.send_error(404)
            return
        self.site.requests += 1
        body, tag = self.site.render(asked.path, number, self.headers["Host"])
        is_known = asked.path == TAGGED and self.headers["If-None-Match"] == tag
        self.send_response(304 if is_known else 200)
        if asked.path == TAGGED:
            self.send_header("ETag", tag)
        if not is_known:
            self.send_header("Content-Type", "text/turtle; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not is_known:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--size", type=int, default=100)
    asked = parser.parse_args()
    _Handler.site = _Site(Pages(asked.records, asked.size))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for line in sys.stdin:
            print(_Handler.site.change([int(word) for word in line.split()]), flush=True)
        server.shutdown()


if __name__ == "__main__":
    main()
