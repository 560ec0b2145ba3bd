"""No input makes a check do anything but answer or say why it cannot; what it answers can be told in every format."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from catalogue.bootstrap import open_judging
from catalogue.bootstrap_validation import Checker
from catalogue.errors import ParseError
from catalogue.feeds.report_annotations import JUnitSuite, github_lines, junit
from catalogue.feeds.report_downloads import as_csv, as_json
from catalogue.model.findings import JudgedRecord
from catalogue.model.records import Payload, RecordOutcome
from catalogue.settings import Settings

EXAMPLE = Path(__file__).resolve().parents[2] / "shapes" / "eucaim-2.0" / "examples" / "valid-complete.ttl"
MEDIA_TYPES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
}


@cache
def checker() -> Checker:
    return Checker(open_judging(Settings(), {}))


@cache
def document(media_type: str) -> bytes:
    parsed = pyoxigraph.parse(EXAMPLE.read_bytes(), format=RdfFormat.TURTLE)
    body = pyoxigraph.serialize((q.triple for q in parsed), format=MEDIA_TYPES[media_type])
    assert body is not None
    return body


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A complete record in any syntax, cut short, with pieces doubled, lost or overwritten."""
    media_type = draw(st.sampled_from(sorted(MEDIA_TYPES)))
    body = bytearray(document(media_type))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        length = draw(st.integers(0, 60))
        piece = draw(
            st.sampled_from(
                [b"", b"\x00", b"\xff\xfe", b'"', b"<", b">", b"[", b"}", b" .\n", b"@en_GB", b"31/12/2020"]
            )
            | st.binary(max_size=8)
        )
        body[place : place + length] = piece
    return media_type, bytes(body[: draw(st.integers(0, len(body)) | st.just(len(body)))])


def checked(media_type: str, body: bytes) -> list[JudgedRecord | RecordOutcome] | None:
    payload = Payload("https://x.example/d", body, hashlib.sha256(body).hexdigest(), media_type=media_type)
    try:
        return list(checker().check(payload, "auto").results)
    except ParseError as error:
        assert error.detail
        return None


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_damaged_document_is_answered_or_refused(given: tuple[str, bytes]) -> None:
    results = checked(*given)
    if results is None:
        return
    records = [each for each in results if isinstance(each, JudgedRecord)]
    skipped = [each for each in results if isinstance(each, RecordOutcome)]
    told = checker().findings
    lines = max((len(record.statements.lines) for record in records if record.statements), default=0)
    suite = JUnitSuite("d")
    grouping = checker().grouping()
    for record in records:
        grouping.add(record)
        findings, solved = told(record)
        assert len(findings) == len(record.report.results)
        assert len(solved) == len(record.solved)
        assert all(1 <= f.place.line <= lines for f in (*findings, *solved) if f.place)
        assert all("\n" not in line for line in github_lines(findings, "d"))
        suite.add(record, findings)
    ElementTree.fromstring(junit([suite]))
    rows = list(csv.reader(io.StringIO("".join(as_csv(records, skipped, told)), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(json.loads("".join(as_json({}, records, skipped, told)))["records"]) == len(results)
    report = grouping.report()
    assert sum(group.count for group in report.groups) == sum(len(r.report.results) for r in records)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_bytes_are_answered_or_refused(body: bytes, media_type: str) -> None:
    checked(media_type, body)


def test_the_place_of_each_wrong_value_is_its_own_line_in_every_syntax() -> None:
    """One value is broken at a time: the finding's line has it."""
    for media_type in ("text/turtle", "application/n-triples", "application/ld+json"):
        text = document(media_type).decode()
        at = text.index("2025") if "2025" in text else text.index("20")
        end = at + 4
        broken = text[:at] + "soon" + text[end:]
        results = checked(media_type, broken.encode())
        assert results
        (record,) = [each for each in results if isinstance(each, JudgedRecord)]
        places = [f.place for f in checker().findings(record)[0] if f.value and "soon" in f.value]
        assert places
        for place in places:
            assert place is not None
            assert place.is_exact
            assert "soon" in broken.splitlines()[place.line - 1]
