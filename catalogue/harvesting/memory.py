"""What is kept of pages, so that the next run need not read what has not changed.

A page may be passed over when it stands as it did (304, or equal bytes) and everything that made its records is the same:
pipeline, profiles, switched-off repairs, harvester and options. A run that was incomplete, or whose records took parts from
other pages, leaves no page that may be passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from catalogue.model.harvest import HarvestSource, Page, PageMark, RememberedPage
from catalogue.model.validation import ShapesProfile
from catalogue.pipeline.normalise import PIPELINE_VERSION

Recall = Callable[[str], RememberedPage | None]


def shortcut_key(source: HarvestSource, profile: str, profiles: Mapping[str, ShapesProfile]) -> str:
    """A hash over all that makes records of pages, beside the pages."""
    used = profiles if profile == "auto" else {profile: profiles[profile]}
    facts = [
        PIPELINE_VERSION,
        profile,
        {name: bundle.bundle_hash for name, bundle in sorted(used.items())},
        source.harvester,
        sorted(source.options.items()),
        sorted(source.switched_off),
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32]


class PageMemory:
    """The engine's side of `FetchContext`, and what this run will remember. `recall` None: no shortcuts (a full run)."""

    def __init__(
        self, key: str, recall: Recall | None, since: datetime | None = None, resume_cursor: str | None = None
    ) -> None:
        self.since = since
        self.resume_cursor = resume_cursor
        self._key = key
        self._recall = recall
        self._handed: dict[str, RememberedPage] = {}
        self._marks: dict[str, PageMark] = {}
        self._records: dict[str, list[str]] = {}
        self._never: set[str] = set()
        self._anew: set[str] = set()

    def remembered(self, url: str) -> RememberedPage | None:
        """What is kept of the page, if it may be passed over."""
        if self._recall is None or url in self._anew:
            return None
        if url not in self._handed:
            page = self._recall(url)
            if page is None or page.key != self._key:
                return None
            self._handed[url] = page
        return self._handed[url]

    def unchanged(self, page: Page) -> RememberedPage:
        """What is kept of a page that was passed over. KeyError when it was never handed out: the harvester guesses."""
        return self._handed[page.url]

    def met_before(self, mark: PageMark) -> None:
        """A page that this run will meet again, since a worker that died had committed it: it is passed over if it was
        then, and read if it was."""
        if mark.payload_hash and not mark.payload_hashes:
            self._handed[mark.url] = RememberedPage(
                mark.url,
                mark.validators,
                mark.payload_hash,
                mark.next_cursor,
                mark.record_ids,
                self._key,
                mark.notes,
            )
        else:
            self._anew.add(mark.url)

    def note(self, mark: PageMark) -> None:
        self._marks[mark.url] = mark

    def met(self, page_url: str, record_id: str) -> None:
        self._records.setdefault(page_url, []).append(record_id)

    def records_of(self, page_url: str) -> tuple[str, ...]:
        """Records met on the page so far."""
        return tuple(self._records.get(page_url, ()))

    def forget(self, page_url: str) -> None:
        """The page holds something that is to be looked at each time."""
        self._never.add(page_url)

    def urls(self) -> list[str]:
        """Addresses of the pages of this run so far."""
        return list(self._marks)

    def marks(self) -> list[PageMark]:
        """Every page of this run as the next may pass it over."""
        return [
            replace(mark, record_ids=self.records_of(url), key=self._key)
            for url, mark in self._marks.items()
            if url not in self._never
        ]
