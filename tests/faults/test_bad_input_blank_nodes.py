"""A hundred megabytes of blank nodes: refused in bounded time and memory, in every syntax, with its own reason.

The harvest runs in a process of its own, whose growth is measured; the document is made and served here.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harvest_world import harvest_world
from loopback import Answer, Loopback

from catalogue.errors import ParseError
from catalogue.rdf import json_ld, reading
from catalogue.rdf.parse import parse_document

MEGABYTES = 100
LONGEST = 120.0
"""Seconds for the run, on a machine with two busy cores."""
MOST_MEMORY = 1_500
"""Mebibytes by which the process may grow. Without a limit it would be about 4,000 for Turtle, and more for JSON-LD."""

RELATION = "http://purl.org/dc/terms/relation"
LINES = {
    "turtle": ("text/turtle", "", f"[] <{RELATION}> [] .\n", ""),
    "n-triples": ("application/n-triples", "", f"_:b{{n}} <{RELATION}> _:b{{m}} .\n", ""),
    "rdf-xml": (
        "application/rdf+xml",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="http://purl.org/dc/terms/">\n',
        '<rdf:Description><t:relation rdf:parseType="Resource"/></rdf:Description>\n',
        "</rdf:RDF>",
    ),
    "json-ld": (
        "application/ld+json",
        f'{{"@context": {{"r": "{RELATION}"}}, "@graph": [{{}}\n',
        f',{{"r": {{"r": "{"a long text " * 11}"}}}}\n',
        "]}",
    ),
    "json-ld with small objects": (
        "application/ld+json",
        f'{{"@context": {{"r": "{RELATION}"}}, "@graph": [{{}}\n',
        ',{"r": {"r": {"r": {}}}}\n',
        "]}",
    ),
}
REASONS = {"json-ld with small objects": "The JSON document holds more than 2,000,000 objects and lists"}
"""Where another limit than that of blank nodes comes first."""


def document(syntax: str) -> bytes:
    _, head, line, tail = LINES[syntax]
    body, number = bytearray(head.encode()), 0
    if "{n}" not in line:
        return bytes(body + line.encode() * (MEGABYTES * 1_000_000 // len(line)) + tail.encode())
    while len(body) < MEGABYTES * 1_000_000:
        block = "".join(
            line.replace("{n}", str(n)).replace("{m}", str(n + 1)) for n in range(number, number + 10_000)
        )
        body += block.encode()
        number += 10_000
    return bytes(body + tail.encode())


def harvest_here(folder: str, url: str) -> None:
    """The other process: harvests, and prints what came of it."""
    with harvest_world(Path(folder)) as world:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        run = (
            world.run_again("blank", "none")
            if world.services.ledger.sources()
            else world.harvest("blank", url, "none")
        )
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        page = world.client().get(f"/runs/{run.run_id}")
        told = {
            "state": run.state, "reason": run.reason, "advice": run.advice, "mebibytes": grown,
            "created": run.counts.created, "seconds": time.monotonic() - started, "page": page.status_code,
            "published": world.services.ledger.published_count(), "failures": world.log.failures,
        }  # fmt: skip
    print(json.dumps(told))


def harvested(folder: Path, url: str) -> dict[str, object]:
    ended = subprocess.run(
        [sys.executable, __file__, str(folder), url],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
"""With the tests' own modules, as pytest has them."""
GOOD = b'<https://good.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> "Good" .'


@pytest.mark.slow
@pytest.mark.parametrize("syntax", LINES)
def test_a_hundred_megabytes_of_blank_nodes_end_in_bounded_time_and_memory(tmp_path, syntax):
    with Loopback() as server:
        server.on(
            "/blank",
            Answer(GOOD, media_type="text/turtle"),
            Answer(document(syntax), media_type=LINES[syntax][0]),
        )
        first = harvested(tmp_path, server.url("/blank"))
        told = harvested(tmp_path, server.url("/blank"))
    assert (first["state"], first["created"]) == ("completed", 1)
    assert told["state"] == "failed"
    assert REASONS.get(syntax, "The document holds more than 500,000 blank nodes.") in told["reason"]
    assert re.search(r"publish (it|the document) in pages", str(told["advice"]), re.IGNORECASE)
    assert (told["published"], told["page"], told["failures"]) == (1, 200, [])
    assert told["seconds"] < LONGEST
    assert told["mebibytes"] < MOST_MEMORY


@pytest.mark.parametrize("syntax", LINES)
def test_the_limit_is_the_same_in_every_syntax(syntax, monkeypatch):
    media_type, head, line, tail = LINES[syntax]
    monkeypatch.setattr(reading, "MAX_BLANK_NODES", 50)
    text = "".join(line.replace("{n}", str(n)).replace("{m}", str(n + 1)) for n in range(5))
    small = parse_document((head + text + tail).encode(), "https://x.example/", media_type=media_type)
    assert len(small.graph) >= 5
    text = "".join(line.replace("{n}", str(n)).replace("{m}", str(n + 1)) for n in range(60))
    with pytest.raises(ParseError, match="more than 50 blank nodes") as caught:
        parse_document((head + text + tail).encode(), "https://x.example/", media_type=media_type)
    assert caught.value.advice


def test_json_is_counted_before_it_is_built(monkeypatch):
    monkeypatch.setattr(json_ld, "MAX_OBJECTS", 20)
    monkeypatch.setattr(json_ld, "MAX_VALUES", 30)
    for body in ('{"@graph": [' + "{}," * 20 + "{}]}", '{"@graph": [' + "1," * 31 + "1]}"):
        with pytest.raises(ParseError, match="The JSON document holds more than") as caught:
            parse_document(body.encode(), "https://x.example/", media_type="application/ld+json")
        assert "pages" in caught.value.advice


if __name__ == "__main__":
    harvest_here(sys.argv[1], sys.argv[2])
