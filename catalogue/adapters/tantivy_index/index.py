"""SearchIndex on tantivy: one writer, any number of readers in other processes.

search/current          name of the folder that is read now
search/<layout>-<n>/    one index; a rebuild fills a new one and then moves `current`
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tantivy import Document, Index, Order, Query, Searcher

from catalogue.adapters.room import is_full
from catalogue.adapters.tantivy_index.generation import Generation, position_of
from catalogue.adapters.tantivy_index.query import base_query, filtered
from catalogue.adapters.tantivy_index.schema import (
    POSITION_ID,
    build_schema,
    fingerprint,
    from_stored,
    register,
)
from catalogue.errors import IndexUnavailable
from catalogue.model.search import FacetValue, SearchDocument, SearchHit, SearchPage, SearchQuery
from catalogue.ports import SearchWriter

log = logging.getLogger(__name__)

FACET_VALUES = 100
"""Most values of one facet in an answer; those of a selected filter are there in any case."""


def leave_as_it_is(beside: SearchWriter) -> None:
    """For those who rebuild while nothing changes."""


class TantivyIndex:
    """`writer` opens for writing: one process at a time (the engine's own lock refuses a second)."""

    def __init__(self, folder: Path, *, writer: bool) -> None:
        self._folder = folder
        self._schema = build_schema()
        self._may_write = writer
        self._mutex = threading.RLock()
        self._generation: Generation | None = None
        self._index: Index | None = None
        self._name = ""
        self._seen: tuple[int, int] = (0, 0)
        if writer:
            self._open_for_writing()

    # -- following the ledger ---------------------------------------------------------------------
    def position(self) -> int:
        with self._engine():
            searcher = self._searcher()
            return position_of(searcher, self._schema) if searcher else 0

    def apply(
        self, documents: Sequence[SearchDocument], removed: Sequence[str], expected: int, position: int
    ) -> None:
        with self._mutex, self._engine():
            self._written().apply(documents, removed, expected, position)

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        position: int,
        settle: Callable[[SearchWriter], None] = leave_as_it_is,
    ) -> None:
        with self._mutex, self._engine():
            self._written()
            beside = Generation(self._folder / self._free_name(), self._schema)
            try:
                beside.fill(documents, position)
                settle(beside)
            except BaseException:
                beside.close()
                shutil.rmtree(self._folder / beside.name, ignore_errors=True)
                raise
            self._serve(beside)

    def close(self) -> None:
        with self._mutex:
            if self._generation is not None:
                self._generation.close()
            self._generation = None
            self._index = None

    # -- finding ----------------------------------------------------------------------------------
    def search(self, query: SearchQuery) -> SearchPage:
        with self._engine():
            searcher = self._searcher()
            if searcher is None:
                return SearchPage(0, (), dict.fromkeys(query.facets, ()), query.page, query.size)
            base = base_query(query, self._schema)
            narrowed = filtered(base, query.filters, self._schema)
            total, hits = self._hits(searcher, narrowed, query)
            return SearchPage(
                total=total,
                hits=hits,
                facets=self._facets(searcher, base, narrowed, query),
                page=query.page,
                size=query.size,
                position=position_of(searcher, self._schema),
            )

    def document(self, dataset_id: str) -> SearchDocument | None:
        with self._engine():
            searcher = self._searcher()
            if searcher is None or dataset_id == POSITION_ID:
                return None
            found = searcher.search(Query.term_query(self._schema, "id", dataset_id), 1).hits
            return _stored(searcher.doc(found[0][1])) if found else None

    def ids(self) -> Iterator[str]:
        with self._engine():
            searcher = self._searcher()
            if searcher is None or not searcher.num_docs:
                return
            everything = searcher.search(Query.all_query(), limit=searcher.num_docs)
            for _, address in everything.hits:
                found = str(searcher.doc(address).get_first("id"))
                if found != POSITION_ID:
                    yield found

    def documents(self, dataset_ids: Sequence[str]) -> list[SearchDocument]:
        with self._engine():
            searcher = self._searcher()
            if searcher is None or not dataset_ids:
                return []
            wanted = Query.term_set_query(self._schema, "id", list(dataset_ids))
            # An id that stands there twice is a fault that its caller looks for.
            found = searcher.search(wanted, limit=10 * len(dataset_ids))
            return [_stored(searcher.doc(address)) for _, address in found.hits]

    def _hits(
        self, searcher: Searcher, query: Query, asked: SearchQuery
    ) -> tuple[int, tuple[SearchHit, ...]]:
        options: dict[str, Any] = {}
        sort = asked.sort
        if sort == "relevance" and not asked.text:
            sort = "-modified"
        if sort != "relevance":
            descending = sort.startswith("-")
            options = {
                "order_by_field": f"sort_{sort.lstrip('-')}",
                "order": Order.Desc if descending else Order.Asc,
            }
        result = searcher.search(
            query, limit=asked.size, offset=(asked.page - 1) * asked.size, count=True, **options
        )
        hits = tuple(
            SearchHit(_stored(searcher.doc(address)), float(score) if sort == "relevance" else 0.0)
            for score, address in result.hits
        )
        return int(result.count), hits  # type: ignore[attr-defined]

    def _facets(
        self, searcher: Searcher, base: Query, narrowed: Query, asked: SearchQuery
    ) -> dict[str, tuple[FacetValue, ...]]:
        """Counts of all unfiltered facets in one pass, and one pass more for each that has a filter of its own."""
        free = [name for name in asked.facets if name not in asked.filters]
        found = self._count(searcher, narrowed, free)
        for name in asked.facets:
            if name in asked.filters:
                own = filtered(base, asked.filters, self._schema, without=name)
                found |= self._count(searcher, own, [name], asked.filters)
        return {name: found[name] for name in asked.facets}

    def _count(
        self,
        searcher: Searcher,
        query: Query,
        names: Sequence[str],
        selected: Mapping[str, tuple[str, ...]] | None = None,
    ) -> dict[str, tuple[FacetValue, ...]]:
        if not names:
            return {}
        wanted = {n: {"terms": {"field": f"facet_{n}", "size": 10 * FACET_VALUES}} for n in names}
        answer = searcher.aggregate(query, wanted)
        counted = {}
        for name in names:
            buckets = [(str(b["key"]), int(b["doc_count"])) for b in answer[name]["buckets"]]
            buckets.sort(key=lambda bucket: (-bucket[1], bucket[0]))
            chosen = (selected or {}).get(name, ())
            kept = buckets[:FACET_VALUES] + [b for b in buckets[FACET_VALUES:] if b[0] in chosen]
            there = {value for value, _ in kept}
            kept += [(value, 0) for value in chosen if value not in there]
            counted[name] = tuple(FacetValue(value, count) for value, count in kept)
        return counted

    # -- files ------------------------------------------------------------------------------------
    @contextmanager
    def _engine(self) -> Iterator[None]:
        """Translates the engine's errors, once."""
        try:
            yield
        except (ValueError, OSError) as error:
            log.error("search index failed", extra={"error": str(error)})
            # The engine says only that its thread is gone.
            if self._folder.is_dir() and is_full(self._folder):
                raise IndexUnavailable(
                    "The disk of the search index is full; searches answer as they did before.",
                    advice="Free some space where its data is: it then goes on by itself.",
                ) from error
            raise IndexUnavailable(
                "The search index did not answer.", advice="If it stays so, run `pharos rebuild search`."
            ) from error

    def _open_for_writing(self) -> None:
        with self._engine():
            self._folder.mkdir(parents=True, exist_ok=True)
            name = self._current()
            # Another layout (or none): a new index at position 0, which following fills.
            if not name.startswith(fingerprint()):
                name = self._free_name()
            self._serve(Generation(self._folder / name, self._schema))

    def _serve(self, generation: Generation) -> None:
        """From now on this index is read; the others are removed (readers keep their open files)."""
        if self._generation is not None:
            self._generation.close()
        draft = self._folder / "current.draft"
        draft.write_text(generation.name)
        draft.replace(self._folder / "current")
        self._generation, self._index, self._name = generation, generation.index, generation.name
        for old in self._folder.iterdir():
            if old.is_dir() and old.name != generation.name:
                shutil.rmtree(old, ignore_errors=True)

    def _searcher(self) -> Searcher | None:
        """A searcher of the newest commit, or None before the first index was made."""
        with self._mutex:
            if not self._may_write:
                self._catch_up()
            return self._index.searcher() if self._index is not None else None

    def _catch_up(self) -> None:
        """Readers look at two files: which index is current, and its last commit."""
        name = self._current()
        if not name:
            return
        meta = self._folder / name / "meta.json"
        status = meta.stat()
        seen = (status.st_mtime_ns, status.st_ino)
        if name != self._name:
            index = Index(self._schema, path=str(self._folder / name))
            register(index)
            index.config_reader(reload_policy="manual")
            self._index, self._name = index, name
        elif seen == self._seen:
            return
        assert self._index is not None
        self._index.reload()
        self._seen = seen

    def _current(self) -> str:
        try:
            return (self._folder / "current").read_text().strip()
        except FileNotFoundError:
            return ""

    def _free_name(self) -> str:
        numbers = [
            int(path.name.rpartition("-")[2])
            for path in self._folder.iterdir()
            if path.is_dir() and path.name.startswith(fingerprint())
        ]
        return f"{fingerprint()}-{max(numbers, default=0) + 1}"

    def _written(self) -> Generation:
        if self._generation is None:
            raise IndexUnavailable("The search index was opened for reading only.")
        return self._generation


def _stored(document: Document) -> SearchDocument:
    return from_stored(bytes(document.get_first("document") or b""))
