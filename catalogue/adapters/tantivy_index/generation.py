"""One index on disk with its writer: the one that is served, or the next one that is built beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tantivy import Document, Index, IndexWriter, Query, Searcher

from catalogue.adapters.tantivy_index.schema import POSITION_ID, register, to_tantivy
from catalogue.errors import StaleProjection
from catalogue.model.search import SearchDocument

HEAP = 50_000_000
"""Bytes the writer may hold before it writes a segment."""
FILL_COMMIT = 20_000


class Generation:
    """Opens the index in `path` for writing, making it at position 0 when it is not there."""

    def __init__(self, path: Path, schema: Any) -> None:
        is_new = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        self.name = path.name
        self.index = Index(schema, path=str(path))
        register(self.index)
        self._schema = schema
        self._writer: IndexWriter | None = None
        self._take_writer()
        if is_new:
            self.fill((), 0)

    def position(self) -> int:
        return position_of(self.index.searcher(), self._schema)

    def apply(
        self, documents: Sequence[SearchDocument], removed: Sequence[str], expected: int, position: int
    ) -> None:
        actual = self.position()
        if actual != expected:
            raise StaleProjection("The search index moved meanwhile.", expected=expected, actual=actual)
        writer = self._take_writer()
        try:
            for dataset_id in (*removed, *(d.dataset_id for d in documents), POSITION_ID):
                writer.delete_documents_by_term("id", dataset_id)
            for document in documents:
                writer.add_document(to_tantivy(document))
            writer.add_document(_position_entry(position))
            writer.commit()
        except BaseException:
            # A writer whose disk failed has lost its thread: it panics when it is told to roll back. It lets go of its
            # lock when nobody names it any more, and the error's traceback names this function's variables.
            self._writer = None
            del writer
            raise
        self.index.reload()

    def fill(self, documents: Iterable[SearchDocument], position: int) -> None:
        """Adds the documents to an index that is empty, and sets its position at the end."""
        writer = self._take_writer()
        writer.delete_documents_by_term("id", POSITION_ID)
        for number, document in enumerate(documents, start=1):
            writer.add_document(to_tantivy(document))
            if number % FILL_COMMIT == 0:
                writer.commit()
        writer.add_document(_position_entry(position))
        writer.commit()
        self.index.reload()

    def close(self) -> None:
        """Waits for merges in hand and lets go of the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _take_writer(self) -> IndexWriter:
        """The writer, or a new one after a failure: what the old one had not committed is gone with it."""
        if self._writer is None:
            self._writer = self.index.writer(heap_size=HEAP, num_threads=1)
            # What a writer that died in a commit left has the very names that the same commit will want.
            self._writer.garbage_collect_files()
        return self._writer


def position_of(searcher: Searcher, schema: Any) -> int:
    """The position that an index holds inside itself, 0 when there is none."""
    found = searcher.search(Query.term_query(schema, "id", POSITION_ID), 1).hits
    if not found:
        return 0
    return int(searcher.doc(found[0][1]).get_first("position") or 0)


def _position_entry(position: int) -> Document:
    entry = Document()
    entry.add_text("id", POSITION_ID)
    entry.add_integer("position", position)
    return entry
