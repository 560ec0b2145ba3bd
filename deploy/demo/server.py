"""The demo federation: twelve fictional providers of cancer images, each on a port of its own.

Run ``python deploy/demo/server.py``, or use DemoFederation as a context manager in a test.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

if __package__ in (None, ""):
    # Started as a script: make the repository's root importable, as it is for tests.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.demo.authoring import Provider, load_providers
from deploy.demo.fair_data_point import FairDataPointSite
from deploy.demo.flaws import Expected, expected_of
from deploy.demo.paged_rdf import PagedRdfSite
from deploy.demo.serving import ProviderServer
from deploy.demo.site import BrokenSite, Site


@dataclass(frozen=True, slots=True)
class RunningProvider:
    """What somebody who registers the provider as a source has to know, and what to expect of it."""

    slug: str
    name: str
    country: str
    harvester: str
    url: str
    expected: Expected


class DemoFederation:
    """The providers' servers. ``base_port`` 0 takes free ports; ``delay`` slows the slow provider, in seconds.

    ``public_host`` is the name that URLs carry when it differs from the address listened on.
    """

    def __init__(
        self,
        base_port: int = 0,
        host: str = "127.0.0.1",
        delay: float = 0.3,
        public_host: str | None = None,
    ) -> None:
        self._base_port = base_port
        self._host = host
        self._public_host = public_host or host
        self._delay = delay
        self._servers: list[ProviderServer] = []
        self._threads: list[threading.Thread] = []
        self.providers: list[RunningProvider] = []

    def start(self) -> DemoFederation:
        authored = load_providers()
        try:
            for offset, provider in enumerate(authored):
                self._start_one(provider, authored, self._base_port and self._base_port + offset)
        except OSError:
            self.stop()
            raise
        return self

    def _start_one(self, provider: Provider, everyone: tuple[Provider, ...], port: int) -> None:
        server = ProviderServer((self._host, port))
        self._servers.append(server)
        base = f"http://{self._public_host}:{server.server_address[1]}"
        server.site = make_site(provider, everyone, base)
        server.delay = self._delay if provider.dialect.slow else 0.0
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"demo-{provider.slug}")
        thread.start()
        self._threads.append(thread)
        self.providers.append(registration(provider, base))

    def stop(self) -> None:
        """Ends all servers and waits for their threads; may be called twice."""
        for server, _ in zip(self._servers, self._threads, strict=False):
            server.shutdown()
        for server in self._servers:
            server.hang_up()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._servers, self._threads, self.providers = [], [], []

    def __enter__(self) -> DemoFederation:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def registration(provider: Provider, base: str) -> RunningProvider:
    """What a provider hands out: the URL to harvest is its root or its catalogue, by protocol."""
    url = base if provider.harvester == "fair_data_point" else f"{base}/catalogue"
    expected = expected_of(provider)
    return RunningProvider(provider.slug, provider.name, provider.country, provider.harvester, url, expected)


def make_site(provider: Provider, everyone: tuple[Provider, ...], base: str) -> Site:
    """The site that speaks the provider's protocol under the given base URL."""
    if provider.dialect.answers != 200:
        return BrokenSite(provider.dialect.answers)
    if provider.harvester == "fair_data_point":
        return FairDataPointSite(provider, base)
    return PagedRdfSite(provider, everyone, base)


def sources_json(providers: list[RunningProvider]) -> str:
    """The list of sources, for registering them all at once."""
    sources = [
        {
            "slug": one.slug,
            "name": one.name,
            "country": one.country,
            "harvester": one.harvester,
            "url": one.url,
        }
        for one in providers
    ]
    return json.dumps({"sources": sources}, ensure_ascii=False, indent=2)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Serve the demo federation.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--public-host", help="host name for the URLs (default: the address)")
    parser.add_argument(
        "--base-port", type=int, default=8801, help="port of the first provider (%(default)s)"
    )
    parser.add_argument("--delay", type=float, default=0.3, help="seconds that the slow provider takes")
    parser.add_argument(
        "--print-sources", action="store_true", help="print the sources as JSON, serve nothing"
    )
    chosen = parser.parse_args(arguments)
    if chosen.print_sources:
        bases = (
            f"http://{chosen.public_host or chosen.host}:{chosen.base_port + offset}" for offset in range(100)
        )
        print(sources_json([registration(*pair) for pair in zip(load_providers(), bases, strict=False)]))
        return 0
    with DemoFederation(chosen.base_port, chosen.host, chosen.delay, chosen.public_host) as federation:
        print(sources_json(federation.providers), flush=True)
        _wait_for_signal()
    return 0


def _wait_for_signal() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    sys.exit(main())
