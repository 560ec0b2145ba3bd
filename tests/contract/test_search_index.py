"""Every SearchIndex keeps this contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.errors import IndexUnavailable, StaleProjection
from catalogue.model.search import FACETS, SearchDocument, SearchQuery
from catalogue.ports import SearchIndex, SearchWriter


def document(number: int, title: str, language: str = "en", **facets: tuple[str, ...]) -> SearchDocument:
    return SearchDocument(
        dataset_id=f"d{number:03}",
        record_id=f"r{number:03}",
        iri=f"https://data.example/datasets/{number}",
        source="alpha" if number % 2 else "beta",
        source_title="",
        kind="http://www.w3.org/ns/dcat#Dataset",
        titles={language: title},
        descriptions={"en": f"About {title}."},
        keywords=("imaging",),
        identifiers=(f"ID-{number}",),
        facets={"source": ("alpha" if number % 2 else "beta",), **facets},
        all_text=title,
        verdict="conformant",
        modified=f"2026-01-{number:02}",
    )


MR, CT = "http://dicom.example/MR", "http://dicom.example/CT"
DOCUMENTS = [
    document(1, "Breast cancer mammography", theme=("HEAL",), modality=(MR,)),
    document(2, "Brustkrebs im Röntgenbild", "de", theme=("HEAL",), modality=(CT,)),
    document(3, "Prostate lesions", theme=("HEAL", "TECH"), modality=(MR, CT)),
    document(4, "Prostate, follow-up", modality=(CT,)),
]


@pytest.fixture(params=["tantivy"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    made = TantivyIndex(tmp_path / "search", writer=True)
    yield made
    made.close()


@pytest.fixture
def filled(index: SearchIndex) -> SearchIndex:
    index.apply(DOCUMENTS, [], 0, 7)
    return index


def ids(index: SearchIndex, **query: object) -> list[str]:
    return [hit.document.dataset_id for hit in index.search(SearchQuery(**query)).hits]  # type: ignore[arg-type]


def counts(index: SearchIndex, facet: str, **query: object) -> dict[str, int]:
    page = index.search(SearchQuery(**query))  # type: ignore[arg-type]
    return {value.value: value.count for value in page.facets[facet]}


def test_an_empty_index_stands_at_zero_and_finds_nothing(index: SearchIndex) -> None:
    assert index.position() == 0
    page = index.search(SearchQuery())
    assert (page.total, page.hits) == (0, ())
    assert set(page.facets) == set(FACETS)


def test_apply_adds_and_moves_the_position(filled: SearchIndex) -> None:
    assert filled.position() == 7
    assert filled.search(SearchQuery()).total == 4


def test_the_stored_document_comes_back_equal(filled: SearchIndex) -> None:
    assert filled.document("d003") == DOCUMENTS[2]
    assert filled.document("unknown") is None
    assert filled.document("!position") is None


def test_apply_replaces_and_removes(filled: SearchIndex) -> None:
    changed = replace(DOCUMENTS[0], titles={"en": "Thorax"}, descriptions={}, all_text="Thorax")
    filled.apply([changed], ["d004"], 7, 9)
    assert filled.search(SearchQuery()).total == 3
    assert ids(filled, text="thorax") == ["d001"]
    assert ids(filled, text="mammography") == []


def test_a_stale_writer_changes_nothing(filled: SearchIndex) -> None:
    with pytest.raises(StaleProjection):
        filled.apply([], ["d001"], 3, 8)
    assert filled.position() == 7
    assert filled.search(SearchQuery()).total == 4


def test_rebuild_replaces_everything(filled: SearchIndex) -> None:
    filled.rebuild(iter(DOCUMENTS[:2]), 42)
    assert filled.position() == 42
    assert sorted(ids(filled)) == ["d001", "d002"]
    filled.apply([DOCUMENTS[2]], [], 42, 43)
    assert filled.search(SearchQuery()).total == 3


def test_a_rebuild_is_brought_up_to_date_before_anybody_sees_it(filled: SearchIndex) -> None:
    seen: list[tuple[int, int]] = []

    def settle(beside: SearchWriter) -> None:
        seen.append((filled.position(), filled.search(SearchQuery()).total))
        beside.apply([DOCUMENTS[3]], ["d001"], beside.position(), 44)
        seen.append((filled.position(), filled.search(SearchQuery()).total))

    filled.rebuild(iter(DOCUMENTS[:2]), 42, settle)
    assert seen == [(7, 4)] * 2
    assert (filled.position(), sorted(ids(filled))) == (44, ["d002", "d004"])


def test_a_rebuild_that_breaks_off_leaves_what_was_there(filled: SearchIndex) -> None:
    def settle(beside: SearchWriter) -> None:
        raise IndexUnavailable("The disk is full.")

    with pytest.raises(IndexUnavailable, match="disk is full"):
        filled.rebuild(iter(DOCUMENTS[:2]), 42, settle)
    assert (filled.position(), filled.search(SearchQuery()).total) == (7, 4)
    filled.apply([], ["d001"], 7, 8)
    filled.rebuild(iter(DOCUMENTS[:2]), 43)
    assert (filled.position(), filled.search(SearchQuery()).total) == (43, 2)


def test_what_is_held_is_listed_and_read_by_id(filled: SearchIndex) -> None:
    assert sorted(filled.ids()) == [d.dataset_id for d in DOCUMENTS]
    found = filled.documents(["d003", "unknown", "d001"])
    assert sorted(found, key=lambda d: d.dataset_id) == [DOCUMENTS[0], DOCUMENTS[2]]
    assert filled.documents([]) == []
    filled.apply([], [d.dataset_id for d in DOCUMENTS], 7, 8)
    assert list(filled.ids()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("breast", {"d001"}),
        ("BREAST cancer", {"d001"}),
        ("rontgenbild", {"d002"}),
        ("Röntgenbildes", {"d002"}),
        ("prostate", {"d003", "d004"}),
        ("lesion", {"d003"}),
        ("prosta", {"d003", "d004"}),
        ("prostatte", {"d003", "d004"}),
        ('"breast cancer"', {"d001"}),
        ('"cancer breast"', set()),
        ("https://data.example/datasets/3", {"d003"}),
        ("ID-4", {"d004"}),
        ("nothing-like-it-zzz", set()),
        ("title:breast", {"d001"} - {"d001"}),
    ],
)
def test_text_finds(filled: SearchIndex, text: str, found: set[str]) -> None:
    assert set(ids(filled, text=text)) == found


@pytest.mark.parametrize(
    "text", ["*", "a OR b", "[", "title:*", '"', "\\", "+-&&||!(){}[]^~?:", "\x00", "🩻" * 50, "a" * 900]
)
def test_no_text_is_syntax(filled: SearchIndex, text: str) -> None:
    filled.search(SearchQuery(text=text))


def test_values_of_one_facet_are_alternatives_and_facets_add_up(filled: SearchIndex) -> None:
    assert set(ids(filled, filters={"modality": (MR,)})) == {"d001", "d003"}
    assert set(ids(filled, filters={"modality": (MR, CT)})) == {"d001", "d002", "d003", "d004"}
    assert set(ids(filled, filters={"modality": (CT,), "theme": ("HEAL",)})) == {"d002", "d003"}


def test_counts_leave_out_the_facets_own_filter(filled: SearchIndex) -> None:
    assert counts(filled, "modality", filters={"modality": (MR,)}) == {MR: 2, CT: 3}
    assert counts(filled, "theme", filters={"modality": (MR,)}) == {"HEAL": 2, "TECH": 1}


def test_a_chosen_value_without_results_is_shown_with_zero(filled: SearchIndex) -> None:
    assert counts(filled, "theme", filters={"theme": ("GONE",)}) == {"HEAL": 3, "TECH": 1, "GONE": 0}


@pytest.mark.parametrize(
    ("sort", "first"), [("title", "d001"), ("-title", "d003"), ("modified", "d001"), ("-modified", "d004")]
)
def test_explicit_sorts(filled: SearchIndex, sort: str, first: str) -> None:
    expected = {"title": ["d001", "d002", "d004", "d003"], "-title": ["d003", "d004", "d002", "d001"]}
    found = ids(filled, sort=sort)
    assert found[0] == first
    assert found == expected.get(sort, found)


def test_paging_shows_each_document_once(index: SearchIndex) -> None:
    many = [document(n, "Same title") for n in range(1, 28)]
    index.apply(many, [], 0, 1)
    seen = [i for page in range(1, 5) for i in ids(index, sort="title", page=page, size=7)]
    assert sorted(seen) == sorted({d.dataset_id for d in many})


def test_a_reader_in_another_handle_sees_each_commit(tmp_path: Path) -> None:
    writer = TantivyIndex(tmp_path / "search", writer=True)
    reader = TantivyIndex(tmp_path / "search", writer=False)
    try:
        assert reader.search(SearchQuery()).total == 0
        writer.apply(DOCUMENTS, [], 0, 5)
        assert (reader.search(SearchQuery()).total, reader.position()) == (4, 5)
        writer.rebuild(iter(DOCUMENTS[:1]), 6)
        assert (reader.search(SearchQuery()).total, reader.position()) == (1, 6)
        with pytest.raises(IndexUnavailable):
            reader.apply([], [], 6, 7)
    finally:
        writer.close()


def test_a_reader_before_any_index_finds_nothing(tmp_path: Path) -> None:
    reader = TantivyIndex(tmp_path / "none", writer=False)
    assert reader.search(SearchQuery()).total == 0
    assert reader.position() == 0


def test_reopening_keeps_everything(tmp_path: Path) -> None:
    first = TantivyIndex(tmp_path / "search", writer=True)
    first.apply(DOCUMENTS, [], 0, 5)
    first.close()
    again = TantivyIndex(tmp_path / "search", writer=True)
    assert (again.position(), again.search(SearchQuery()).total) == (5, 4)
    again.close()
