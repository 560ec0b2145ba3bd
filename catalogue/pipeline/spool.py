"""Between split and normalise: parts of records that stand on other pages wait on disk until every page was seen.

with Spool(folder) as spool:
    spool.add(page_url, graph); spool.defer(deferred)      # per page
    for deferred in spool.deferred(): raw = spool.completed(deferred)
"""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from catalogue.errors import LimitExceeded, RecordError, SpoolUnavailable
from catalogue.model.descriptions import BLANK_SUBJECT, labelled
from catalogue.model.records import RawRecord
from catalogue.model.resources import DeferredRecord, Roles, is_authority
from catalogue.rdf.graphs import Graph, from_ntriples, to_ntriples
from catalogue.rdf.labels import content_hash, label_by_content
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.terms import BlankNode, NamedNode, Subject, Triple

log = logging.getLogger(__name__)

MAX_PARTS = 10_000
"""Parts that one record may take from other pages."""

SHARING = 10
"""How many times over the blank nodes of a page may belong to different parts before the page is refused."""

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -2048;
CREATE TABLE part (
    iri TEXT, content TEXT, shallow INTEGER, page TEXT, triples BLOB, outside INTEGER, taken INTEGER DEFAULT 0,
    PRIMARY KEY (iri, content)
) WITHOUT ROWID;
CREATE TABLE deferred (number INTEGER PRIMARY KEY, facts TEXT, triples BLOB);
"""

_KEEP = """
INSERT INTO part (iri, content, shallow, page, triples, outside) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (iri, content) DO UPDATE SET outside = outside + excluded.outside
"""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def _translated() -> Iterator[None]:
    """The one place where trouble with the file becomes an error of ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        log.warning("spool failed", extra={"kind": type(error).__name__, "said": str(error)})
        is_full = isinstance(error, OSError) and error.errno in _NO_ROOM
        if is_full or getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise SpoolUnavailable(
                "The disk on which parts of records wait for other pages is full; what the run had committed stands.",
                advice="Free some space where the data folder is, then harvest again.",
            ) from error
        raise SpoolUnavailable(
            "The folder in which parts of records wait for other pages cannot be used; what the run had committed stands.",
            advice="See that `spool` in the data folder may be written and that its disk is sound; the log says what failed.",
        ) from error


class Spool:
    """Described parts by IRI, and the records that wait for them, in a folder of its own that goes at the end.

    A part is a node with what it reaches through blank nodes; one that is described alike on many pages is kept
    once. Memory does not grow with the number of pages. SpoolUnavailable when its file cannot be made, written or read.
    """

    def __init__(self, folder: Path, max_parts: int = MAX_PARTS) -> None:
        with _translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._folder = tempfile.TemporaryDirectory(prefix="run-", dir=folder, ignore_cleanup_errors=True)
            try:
                self._database = sqlite3.connect(Path(self._folder.name) / "parts.sqlite3")
                self._database.executescript(_TABLES)
            except BaseException:
                self._folder.cleanup()
                raise
        self._pages = 0
        self._max_parts = max_parts

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drops everything; may be called twice."""
        self._database.close()
        self._folder.cleanup()

    def add(self, page_url: str, graph: Graph, outside: Collection[Triple] = ()) -> None:
        """Keeps every described part of the page. `outside`: the page's triples that no record of its own has.
        LimitExceeded when its parts share so many blank nodes that it
        would grow out of bounds."""
        self._pages += 1
        roles, homeless = Roles(graph), set(outside)
        budget = SHARING * len(graph)
        rows = []
        for node in graph.subjects():
            if isinstance(node, NamedNode) and node in roles.described and not roles.is_stop(node):
                triples = _with_blank_nodes(graph, node, roles, budget)
                budget -= len(triples)
                if budget < 0:
                    raise LimitExceeded(
                        f"The parts described on {page_url} are too entangled to be kept apart.",
                        advice="Give the nodes that several parts share IRIs of their own.",
                    )
                rows.append((*self._row(node, roles, page_url, triples), len(homeless.intersection(triples))))
        with _translated(), self._database:
            self._database.executemany(_KEEP, rows)

    def _row(
        self, node: NamedNode, roles: Roles, page_url: str, triples: list[Triple]
    ) -> tuple[str, str, int, str, bytes]:
        content = _content(triples)
        # Blank nodes of different pages are different, whatever their labels.
        own = _prefixed(triples, f"p{self._pages}x")
        return node.value, content, int(roles.is_shallow(node)), page_url, _packed(own)

    def defer(self, deferred: DeferredRecord) -> None:
        """Keeps a record until every page was added."""
        record = deferred.record
        facts = [
            record.subject,
            record.primary_class,
            record.page_url,
            record.payload_hash,
            record.catalogues,
            deferred.missing,
        ]
        with _translated(), self._database:
            self._database.execute(
                "INSERT INTO deferred (facts, triples) VALUES (?, ?)",
                (json.dumps(facts), _packed(record.graph)),
            )

    def deferred(self) -> Iterator[DeferredRecord]:
        """The kept records, in the order they came; read one by one."""
        number = 0
        while True:
            query = "SELECT number, facts, triples FROM deferred WHERE number > ? ORDER BY number LIMIT 1"
            row = self._one(query, number)
            if row is None:
                return
            number = row[0]
            subject, primary_class, page_url, payload_hash, catalogues, missing = json.loads(row[1])
            graph = _unpacked(row[2])
            record = RawRecord(subject, primary_class, graph, page_url, payload_hash, tuple(catalogues))
            yield DeferredRecord(record, tuple(missing))

    def completed(self, deferred: DeferredRecord) -> RawRecord:
        """The record with its parts from other pages; parts that no page describes stay mere links.

        RecordError as `complete`.
        """
        record = deferred.record
        return replace(record, graph=self.complete(record.graph, deferred.missing))

    def taken(self) -> int:
        """How many of the pages' triples outside their own records ended in a record of another page."""
        (count,) = self._one("SELECT COALESCE(SUM(outside), 0) FROM part WHERE taken") or (0,)
        return int(count)

    def has_given(self) -> bool:
        """Whether any record took a part from another page: then no page of the source can be read for itself."""
        return self._one("SELECT 1 FROM part WHERE taken LIMIT 1") is not None

    def is_taken(self, iri: str) -> bool:
        """Whether some record took this part from another page."""
        return self._one("SELECT 1 FROM part WHERE iri = ? AND taken LIMIT 1", iri) is not None

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        with _translated():
            row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
            return row

    def complete(self, graph: Graph, missing: Iterable[str]) -> Graph:
        """A record's graph with the missing parts, and theirs, from every page that describes them, labelled by
        content. RecordError when there are more than `max_parts` of them."""
        triples = list(graph)
        seen: set[str] = set()
        waiting = list(missing)
        parts = 0
        while waiting:
            iri = waiting.pop()
            if iri in seen or graph.about(NamedNode(iri)):
                continue
            seen.add(iri)
            for shallow, packed in self._parts(iri):
                parts += 1
                if parts > self._max_parts:
                    raise RecordError(
                        f"The description takes more than {self._max_parts:,} parts from other pages.",
                        advice="Describe the parts of a dataset on the page of the dataset.",
                    )
                part = _unpacked(packed)
                triples.extend(part)
                if not shallow:
                    waiting.extend(_links(part))
        with _translated(), self._database:
            mark = "UPDATE part SET taken = 1 WHERE iri = ? AND NOT taken"
            self._database.executemany(mark, [(iri,) for iri in seen])
        return labelled(triples, BLANK_SUBJECT)[0]

    def _parts(self, iri: str) -> Iterator[tuple[int, bytes]]:
        with _translated():
            rows = self._database.execute("SELECT shallow, triples FROM part WHERE iri = ?", (iri,))
        while True:
            with _translated():
                row = rows.fetchone()
            if row is None:
                return
            yield row


def _with_blank_nodes(graph: Graph, node: NamedNode, roles: Roles, most: int) -> list[Triple]:
    """The node's triples and those of blank nodes it leads to; somewhat more than `most` ends the walk."""
    triples: list[Triple] = []
    seen: set[Subject] = {node}
    waiting: list[Subject] = [node]
    while waiting and len(triples) <= most:
        for triple in graph.about(waiting.pop()):
            triples.append(triple)
            value = triple.object
            if isinstance(value, BlankNode) and value not in seen and not roles.is_stop(value):
                seen.add(value)
                waiting.append(value)
    return triples


def _content(triples: list[Triple]) -> str:
    try:
        return content_hash(label_by_content(Graph(triples)))
    except RecordError:
        return content_hash(triples)


def _prefixed(triples: Iterable[Triple], prefix: str) -> Iterator[Triple]:
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
            yield Triple(
                BlankNode(prefix + subject.value) if isinstance(subject, BlankNode) else subject,
                triple.predicate,
                BlankNode(prefix + value.value) if isinstance(value, BlankNode) else value,
            )
        else:
            yield triple


def _links(part: Graph) -> list[str]:
    return [
        triple.object.value
        for triple in part
        if isinstance(triple.object, NamedNode)
        and triple.predicate != RDF.type
        and not is_authority(triple.object.value)
    ]


def _packed(triples: Iterable[Triple]) -> bytes:
    return zlib.compress(to_ntriples(triples).encode(), 1)


def _unpacked(data: bytes) -> Graph:
    return from_ntriples(zlib.decompress(data).decode())
