"""A worker is killed while the index commits: its files are there, and nothing names them yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.model.search import SearchDocument, SearchQuery

META, MANAGED = "meta.json", ".managed.json"


def document(number: int, title: str) -> SearchDocument:
    return SearchDocument(
        dataset_id=f"d{number}",
        record_id=f"r{number}",
        iri=f"https://data.example/{number}",
        source="s",
        source_title="",
        kind="http://www.w3.org/ns/dcat#Dataset",
        titles={"en": title},
        descriptions={},
        keywords=(),
        identifiers=(),
        facets={},
        all_text=title,
        verdict="conformant",
        modified="2026-01-01",
    )


FIRST, SECOND = [document(n, "First") for n in range(5)], [document(0, "Second")]


def commit(folder: Path, documents: list[SearchDocument], position: int) -> None:
    index = TantivyIndex(folder, writer=True)
    try:
        index.apply(documents, [], index.position(), position)
    finally:
        index.close()


def as_if_killed_in_the_second_commit(before: Path, after: Path) -> None:
    """`before` gets the files that the commit wrote, except the one by which they count."""
    (one,), (other,) = (list(folder.glob("*/")) for folder in (before, after))
    for file in other.iterdir():
        if not (one / file.name).exists():
            shutil.copy(file, one / file.name)
    known = {name for folder in (one, other) for name in json.loads((folder / MANAGED).read_text())}
    (one / MANAGED).write_text(json.dumps(sorted(known)))
    assert (one / META).read_text() != (other / META).read_text()


def test_what_a_commit_left_that_was_never_finished_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    commit(before, FIRST, 5)
    shutil.copytree(before, after)
    commit(after, SECOND, 6)
    as_if_killed_in_the_second_commit(before, after)
    left = len(list(before.glob("*/*.del")))
    assert left == 1
    commit(before, SECOND, 6)
    index = TantivyIndex(before, writer=False)
    try:
        assert index.position() == 6
        assert index.search(SearchQuery(text="Second")).total == 1
        assert index.search(SearchQuery()).total == len(FIRST)
    finally:
        index.close()
