"""Documents judged for real: the engine, the profiles and the vocabularies that are shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

import pytest

from catalogue.bootstrap import Judging, open_judging
from catalogue.bootstrap_validation import Checker
from catalogue.model.findings import JudgedRecord, ReportForPeople
from catalogue.model.records import Payload
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


def reported(text: str, profile: str = "dcat-ap-3.0.1", syntax: str = "text/turtle") -> ReportForPeople:
    body = text.encode()
    payload = Payload(URL, body, hashlib.sha256(body).hexdigest(), media_type=syntax)
    checker = Checker(judging())
    grouping = checker.grouping()
    for each in checker.check(payload, profile).results:
        assert isinstance(each, JudgedRecord)
        grouping.add(each)
    return grouping.report()


@pytest.fixture
def report() -> Callable[..., ReportForPeople]:
    return reported


@pytest.fixture
def heads() -> str:
    return HEADS
