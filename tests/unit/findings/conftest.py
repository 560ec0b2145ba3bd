"""Documents judged for real: the engine, the profiles and the vocabularies that are shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

import pytest

from catalogue.bootstrap import Judging, open_judging
from catalogue.discovery.findings import group
from catalogue.discovery.rules import rules_of
from catalogue.harvesting.examination import Examined, examine, read_document
from catalogue.model.findings import JudgedRecord, ReportForPeople
from catalogue.model.records import Payload
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.settings import Settings

URL = "https://clinic.example/catalogue.ttl"
HEADS = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
"""Five lines: what a test writes begins on line 6."""


@cache
def judging() -> Judging:
    return open_judging(Settings(), {})


def examined(text: str, profile: str = "dcat-ap-3.0.1", syntax: str = "text/turtle") -> list[Examined]:
    body = text.encode()
    payload = Payload(URL, body, hashlib.sha256(body).hexdigest(), media_type=syntax)
    found = examine(read_document(payload), URL, profile, judging().judge)
    return [each for each in found if isinstance(each, Examined)]


def reported(text: str, profile: str = "dcat-ap-3.0.1", syntax: str = "text/turtle") -> ReportForPeople:
    statements = DocumentStatements(text.encode(), URL, syntax)
    records = [
        JudgedRecord(
            each.record.subject, each.record.graph, each.report, each.record.repairs, each.sent, each.solved,
            each.sent_graph, each.sent_node, URL, statements,
        )
        for each in examined(text, profile, syntax)
    ]  # fmt: skip
    return group(
        records,
        lambda name: rules_of(judging().profiles[name]),
        is_concept=lambda iri: judging().vocabularies.concept(iri) is not None,
    )


@pytest.fixture
def report() -> Callable[..., ReportForPeople]:
    return reported


@pytest.fixture
def examination() -> Callable[..., list[Examined]]:
    return examined


@pytest.fixture
def heads() -> str:
    return HEADS
