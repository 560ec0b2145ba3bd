"""Documents that visitors have validated: read under the limits of the public door, judged behind its turnstile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask, current_app, request

from catalogue.bootstrap_validation import Checker
from catalogue.errors import InvalidQuery, PayloadTooLarge
from catalogue.harvesting.judge import check_profile
from catalogue.model.findings import JudgedRecord, ReportForPeople
from catalogue.model.records import Payload, RecordOutcome
from catalogue.rdf.decoding import unpack
from catalogue.rdf.document_statements import DocumentStatements
from catalogue.rdf.documents import DocumentProblem
from catalogue.rdf.iris import is_web_link
from catalogue.rdf.media_types import ACCEPT
from catalogue.web.state import services
from catalogue.web.turnstile import Turnstile

PASTED = "urn:pharos:document"
"""The base IRI of what is sent without an address."""
OVERHEAD = 64 * 1024
"""Bytes that a form may have beside the document."""
BYTES_PER_TRIPLE = 16
"""Fewest that a description takes; Turtle can say a triple in two, and each takes 500 bytes of memory."""
KEPT = 100
"""Findings that one rule holds on the page and in the summary; the lists of records have them all."""
_EXTENSION = "pharos-validation"


@dataclass(frozen=True, slots=True)
class Check:
    """A document that was judged whole."""

    name: str
    profile: str
    syntax: str
    problems: tuple[DocumentProblem, ...]
    statements: DocumentStatements
    records: tuple[JudgedRecord, ...]
    skipped: tuple[RecordOutcome, ...]
    report: ReportForPeople


def register(app: Flask) -> None:
    """One turnstile for the page and the API of this process."""
    most = cast("int", app.extensions["pharos"].settings.validate_parallel)
    app.extensions[_EXTENSION] = Turnstile(most, most)


def allow_large_body() -> None:
    """Lets this request bring a document; to be called before its body is read."""
    most = services().settings.validate_max_bytes
    request.max_content_length = most + OVERHEAD
    request.max_form_memory_size = most + OVERHEAD


def chosen_profile(name: str) -> str:
    """The profile that is asked for, "auto" when none is. InvalidQuery names the parameter."""
    check_profile(name or "auto", services().profiles)
    return name or "auto"


def of_body(
    body: bytes, media_type: str | None, charset: str | None = None, syntax: str | None = None
) -> Payload:
    """What a visitor sends. PayloadTooLarge; ParseError when it is packed and unfolds to more than is allowed."""
    body = _small(body)
    return Payload(
        PASTED, body, hashlib.sha256(body).hexdigest(), media_type=media_type, charset=charset, syntax=syntax
    )


def of_url(url: str) -> Payload:
    """The document at a visitor's URL: no allowances, no credentials. InvalidQuery, PayloadTooLarge, and what the
    client raises."""
    url = url.strip()
    if not is_web_link(url):
        raise InvalidQuery(
            "url is no http or https URL.", advice="Give the whole address: https://…", parameter="url"
        )
    with services().http.for_visitor() as http:
        payload = http.get(url, accept=ACCEPT).as_payload()
    return replace(payload, body=_small(payload.body))


def check(source: str | Payload, profile: str, name: str) -> Check:
    """Fetches (a URL) and judges, when its turn comes. Raises TooManyRequests, ParseError, what `of_url` raises, and
    PayloadTooLarge when it takes too long."""
    turnstile = cast(Turnstile, current_app.extensions[_EXTENSION])
    checker = Checker.of(services())
    with turnstile.passage():
        payload = of_url(source) if isinstance(source, str) else source
        document = checker.check(
            payload,
            profile,
            name,
            seconds=services().settings.validate_seconds,
            max_triples=most_bytes() // BYTES_PER_TRIPLE,
        )
        judged = list(document.results)
        records = tuple(each for each in judged if isinstance(each, JudgedRecord))
        grouping = checker.grouping(KEPT)
        for record in records:
            grouping.add(record)
    return Check(
        name, profile, document.syntax, document.problems, document.statements, records,
        tuple(each for each in judged if isinstance(each, RecordOutcome)), grouping.report(),
    )  # fmt: skip


def profile_names() -> Iterable[str]:
    return ("auto", *services().profiles)


def most_bytes() -> int:
    """The largest document of a visitor."""
    return services().settings.validate_max_bytes


def _small(body: bytes) -> bytes:
    """The body, unpacked, if it is as small as the public door wants it."""
    most = services().settings.validate_max_bytes
    if len(body) > most:
        raise PayloadTooLarge(
            f"The document has {len(body):,} bytes; {most:,} are allowed.",
            advice="Check it in parts, or with the command: pharos validate FILE",
        )
    return unpack(body, most)
