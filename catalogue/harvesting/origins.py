"""Which of a page's documents a record came in, where the protocol sends records apart and the engine reads them as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalogue.model.records import RawRecord
from catalogue.rdf.graphs import Graph


class Origins:
    """The documents of one page, as (payload hash, graph)."""

    def __init__(self, page_url: str, documents: Sequence[tuple[str, Graph]]) -> None:
        self._page_url = page_url
        self._most: dict[str, tuple[int, str]] = {}
        if len(documents) < 2:
            return
        for payload_hash, graph in documents:
            for subject in graph.subjects():
                said = len(graph.about(subject))
                if said > self._most.get(str(subject), (0, ""))[0]:
                    self._most[str(subject)] = (said, payload_hash)

    def traced(self, raw: RawRecord) -> RawRecord:
        """The record with the document that says most of its subject."""
        if not self._most or raw.page_url != self._page_url:
            return raw
        _, payload_hash = self._most.get(raw.subject, (0, raw.payload_hash))
        return replace(raw, payload_hash=payload_hash)
