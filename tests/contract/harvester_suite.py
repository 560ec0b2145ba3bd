"""What every harvester has to do, as tests that a plugin inherits.

A case is a folder: `exchange.json` (source path, options, what each path answers, how the source goes in circles),
`bodies/` and `expected.json`. In all of them `{base}` stands for the address of the server. Subclass HarvesterSuite
and give it a `case` and a `harvester` fixture.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from loopback import Answer, Asked, Loopback, Raw

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.errors import AccessRefused, HarvestError, ProtocolViolation, RetryableError, SourceGone
from catalogue.model.harvest import Completeness, HarvestSource, Page, RememberedPage
from catalogue.ports import Harvester, HttpClient
from catalogue.rdf.namespaces import DCAT
from catalogue.rdf.parse import parse_document
from catalogue.settings import Settings

RECORDS = (DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService)


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True)
class Context:
    """A FetchContext that says what the test wants."""

    since: datetime | None = None
    resume_cursor: str | None = None
    pages: tuple[RememberedPage, ...] = ()

    def remembered(self, url: str) -> RememberedPage | None:
        return next((page for page in self.pages if page.url == url), None)


EVERYTHING = Context()


class Case:
    """One fixture folder, served by a loopback server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exchange = json.loads((folder / "exchange.json").read_text())
        self.expected = json.loads((folder / "expected.json").read_text())

    def source(self, server: Loopback) -> HarvestSource:
        return HarvestSource(
            "case",
            server.url(self.exchange["source"]),
            self.folder.parent.name,
            options=self.exchange["options"],
        )

    def serve(self, server: Loopback, scripts: str = "answers") -> None:
        for path, told in self.exchange[scripts].items():
            server.on(path, lambda asked, told=told: self._answer(server, told, asked))

    def _answer(self, server: Loopback, told: dict, asked: Asked) -> Answer:
        numbers = re.findall(
            r"\d+", "".join(v for vs in parse_qs(urlsplit(asked.path).query).values() for v in vs)
        )
        following = str(int(numbers[0]) + 1 if numbers else 1)

        def fill(text: str) -> str:
            return text.replace("{base}", server.url("")).replace("{next}", following)

        body = fill((self.folder / "bodies" / told["body"]).read_text()).encode()
        headers = {name: fill(value) for name, value in told.get("headers", {}).items()}
        return Answer(body, told.get("status", 200), told["media_type"], headers)


FAULTS = {
    "times out": (Raw(b"", hold=5), RetryableError),
    "answers 500": (Answer(b"oops", 500), RetryableError),
    "answers 401": (Answer(b"who?", 401), AccessRefused),
    "answers 404": (Answer(b"gone", 404), SourceGone),
    "breaks off": (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<http://a"), RetryableError),
    "is a web page": (
        Answer(b"<!DOCTYPE html><html><body>Hi</body></html>", 200, "text/html"),
        ProtocolViolation,
    ),
    "is a web page in disguise": (
        Answer(b"<html><p>Sorry</p></html>", 200, "text/turtle"),
        ProtocolViolation,
    ),
    "is empty": (Answer(b"", 200, "text/turtle"), ProtocolViolation),
    "is another API": (Answer(b'{"status": "ok"}', 200, "application/json"), ProtocolViolation),
    "does not parse": (Answer(b"<a> <b> <c", 200, "text/turtle"), ProtocolViolation),
}


class HarvesterSuite:
    """Inherit it; give the fixtures `case` and `harvester`."""

    @pytest.fixture
    def server(self) -> Iterator[Loopback]:
        with Loopback() as running:
            yield running

    @contextmanager
    def client(self, case: Case, server: Loopback) -> Iterator[HttpClient]:
        settings = Settings(allow_hosts=(server.authority,), retries=0, read_timeout=0.5)
        clients = HttpClientsOnRequests(settings, FixedClock(), sleep=lambda _: None)
        with clients.for_source(case.source(server)) as client:
            yield client

    def items(
        self, harvester: Harvester, case: Case, server: Loopback, context: Context = EVERYTHING
    ) -> list[Page | Completeness]:
        with self.client(case, server) as client:
            return list(harvester.fetch(case.source(server), client, context))

    def pages(self, *args: object) -> list[Page]:
        return [item for item in self.items(*args) if isinstance(item, Page)]  # type: ignore[arg-type]

    def test_pages_come_in_order_to_the_end(self, harvester, case, server):
        case.serve(server)
        pages = self.pages(harvester, case, server)
        expected = case.expected["pages"]
        assert [page.cursor for page in pages] == [server.url(page["cursor"]) for page in expected]
        for page, told in zip(pages, expected, strict=True):
            assert [payload.url for payload in page.payloads] == [
                server.url(path) for path in told["payloads"]
            ]

    def test_each_page_names_the_next_and_the_last_none(self, harvester, case, server):
        case.serve(server)
        pages = self.pages(harvester, case, server)
        assert [page.next_cursor for page in pages] == [page.cursor for page in pages[1:]] + [None]
        assert len({page.url for page in pages}) == len(pages)

    def test_the_last_word_is_completeness_with_evidence(self, harvester, case, server):
        case.serve(server)
        items = self.items(harvester, case, server)
        assert [isinstance(item, Completeness) for item in items] == [False] * (len(items) - 1) + [True]
        last = items[-1]
        assert (last.complete, last.total_claimed) == (case.expected["complete"], case.expected["total"])
        assert last.evidence.endswith(".") and len(last.evidence) > 10

    def test_records_are_those_expected_each_once(self, harvester, case, server):
        case.serve(server)
        found = [
            node.value
            for page in self.pages(harvester, case, server)
            for payload in page.payloads
            for node in payload.parsed.graph.instances(*RECORDS)
            if not any("FAIRDataPoint" in kind.value for kind in payload.parsed.graph.types(node))
        ]
        wanted = [iri if iri.startswith("http") else server.url(iri) for iri in case.expected["records"]]
        assert sorted(found) == sorted(wanted)

    def test_payloads_hold_the_bytes_their_hash_and_a_true_reading(self, harvester, case, server):
        case.serve(server)
        payloads = [payload for page in self.pages(harvester, case, server) for payload in page.payloads]
        for payload in payloads:
            assert payload.payload_hash == hashlib.sha256(payload.body).hexdigest()
            again = parse_document(
                payload.body,
                payload.url,
                media_type=payload.media_type,
                charset=payload.charset,
                syntax=payload.syntax,
            )
            assert again.graph == payload.parsed.graph

    def test_the_same_source_gives_the_same_twice(self, harvester, case, server):
        case.serve(server)
        assert self.items(harvester, case, server) == self.items(harvester, case, server)

    def test_every_cursor_resumes_with_the_rest(self, harvester, case, server):
        """It may begin earlier; where something of the rest is missing, the harvest is not complete."""
        case.serve(server)
        whole = [page.cursor for page in self.pages(harvester, case, server)]
        shorter = 0
        for position, cursor in enumerate(whole[1:], start=1):
            *pages, last = self.items(harvester, case, server, Context(resume_cursor=cursor))
            cursors = [page.cursor for page in pages]
            assert set(cursors) <= set(whole) and cursor in cursors
            assert set(whole[position:]) <= set(cursors) or not last.complete
            shorter += len(cursors) < len(whole)
        assert shorter

    def test_problems_are_told_with_what_to_do(self, harvester, case, server):
        case.serve(server)
        problems = [problem for page in self.pages(harvester, case, server) for problem in page.problems]
        told = [{"url": p.url, "code": p.code, "counts_as_record": p.counts_as_record} for p in problems]
        assert told == [
            {**problem, "url": server.url(problem["url"])} for problem in case.expected["problems"]
        ]
        assert all(problem.reason for problem in problems)

    @pytest.mark.parametrize(("answer", "error"), FAULTS.values(), ids=FAULTS.keys())
    def test_a_first_document_that_fails_ends_the_run_with_its_reason(
        self, harvester, case, server, answer, error
    ):
        case.serve(server)
        server.on(case.exchange["source"], answer)
        with pytest.raises(HarvestError) as caught:
            self.items(harvester, case, server)
        assert type(caught.value) is error
        assert server.url(case.exchange["source"]) in caught.value.detail and caught.value.advice

    def test_a_source_without_end_ends(self, harvester, case, server):
        case.serve(server)
        case.serve(server, "endless")
        items = self.items(harvester, case, server)
        assert isinstance(items[-1], Completeness)
        assert len(server.asked) < 20

    def test_probe_knows_its_own(self, harvester, case, server):
        case.serve(server)
        with self.client(case, server) as client:
            result = harvester.probe(server.url(case.exchange["source"]), client)
        told = case.expected["probe"]
        assert (result.harvester, result.confidence, result.records) == (
            harvester.name, told["confidence"], told["records"],
        )  # fmt: skip
        assert result.evidence and len(server.asked) <= 3

    def test_probe_says_none_of_a_web_page_and_raises_when_nobody_answers(self, harvester, case, server):
        server.on("/page", Answer(b"<!DOCTYPE html><html></html>", media_type="text/html"))
        with self.client(case, server) as client:
            assert harvester.probe(server.url("/page"), client) is None
            with pytest.raises(SourceGone):
                harvester.probe(server.url("/nothing"), client)

    def test_options_are_declared_with_default_and_help(self, harvester, case):
        names = [option.name for option in harvester.options]
        assert len(names) == len(set(names)) and set(case.exchange["options"]) <= set(names)
        kinds = {"str": str, "int": int, "bool": bool, "choice": str}
        for option in harvester.options:
            assert isinstance(option.default, kinds[option.kind]) and option.help.endswith(".")
            assert option.kind != "choice" or option.default in option.choices
