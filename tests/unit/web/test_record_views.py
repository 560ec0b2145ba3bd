"""A stored version as a page shows it: grouped, labelled, whole, and bounded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from web_world import VOCABULARIES, new_version

from catalogue.discovery.properties import compact, property_name
from catalogue.discovery.records import (
    MAX_VALUES,
    Node,
    Property,
    RecordView,
    language_rank,
    record_view,
    title_of,
)
from catalogue.model.records import StoredVersion
from catalogue.rdf.graphs import to_ntriples
from catalogue.rdf.namespaces import DCAT, DCT

SUBJECT = "https://e.example/d"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def version(turtle: str) -> StoredVersion:
    made = new_version("clinic", SUBJECT, turtle)
    text = to_ntriples(made.record.graph)
    record = made.record
    return StoredVersion(
        1, 1, record.record_id, record.dataset_id, "clinic", SUBJECT, record.primary_class, text, text, "", "", (),
        record.page_url, "", "run", NOW, NOW, "1", made.report,
    )  # fmt: skip


def view(turtle: str, *languages: str) -> RecordView:
    return record_view(version(turtle), VOCABULARIES, languages or ("en",))


def texts(properties: tuple[Property, ...]) -> list[str]:
    """Literals in the order of the page, through all nested nodes."""
    found: list[str] = []
    for prop in properties:
        for value in prop.values:
            if value.node:
                found += texts(value.node.properties)
            elif value.kind == "literal":
                found.append(value.text)
    return found


def test_groups_come_in_the_order_of_the_page_and_unknown_properties_last() -> None:
    made = view(
        '<> a dcat:Dataset ; <https://e.example/x> "1" ; dct:accessRights <https://e.example/r> ; dct:title "T" .'
    )
    assert [group.key for group in made.groups] == ["overview", "access", "other"]
    assert [p.label for p in made.groups[-1].properties] == ["Kind of resource", "https://e.example/x"]


def test_the_readers_language_comes_first_then_english_then_untagged() -> None:
    made = view('<> dct:title "untagged", "deutsch"@de, "english"@en, "français"@fr .', "fr", "de")
    assert [v.text for v in made.values(DCT.title.value)] == ["français", "deutsch", "english", "untagged"]
    assert (made.title, made.language) == ("français", "fr")


def test_a_regional_tag_serves_its_language() -> None:
    assert language_rank("pt-BR", ("pt",))[0] == 0
    assert language_rank("pt", ("pt-br",))[0] == 0


def test_a_record_without_title_is_called_by_its_iri() -> None:
    assert view("<> a dcat:Dataset .").title == SUBJECT
    assert title_of(version("<> a dcat:Dataset ."), ("en",)) == ""


def test_a_described_iri_is_a_node_and_a_concept_is_a_label() -> None:
    made = view(
        "<> dct:publisher <https://e.example/o> ; dcat:theme "
        "<http://publications.europa.eu/resource/authority/data-theme/HEAL> ; dct:license <https://e.example/l> . "
        '<https://e.example/o> foaf:name "Org"@en .'
    )
    publisher, theme, licence = (made.values(p.value)[0] for p in (DCT.publisher, DCAT.theme, DCT.license))
    assert (publisher.kind, publisher.text) == ("node", "Org")
    assert (theme.kind, theme.text) == ("concept", "Health")
    assert (licence.kind, licence.text) == ("iri", "https://e.example/l")


def test_every_literal_of_the_record_is_shown_once_wherever_it_stands() -> None:
    made = view(
        '<> dct:title "a" ; dct:temporal [ dcat:startDate "b" ; time:hasBeginning [ rdfs:label "c" ] ] . '
        '<https://e.example/record> foaf:primaryTopic <> ; dct:title "d" . '
        '<https://e.example/stray> rdfs:comment "e" .'
    )
    shown = [t for group in made.groups for t in texts(group.properties)]
    shown += [t for node in made.others for t in texts(node.properties)]
    assert sorted(shown) == ["a", "b", "c", "d", "e"]


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    keywords = ", ".join(f'"k{n}"' for n in range(500))
    prop = view(f"<> dcat:keyword {keywords} .").groups[0].properties[0]
    assert (len(prop.values), prop.total) == (MAX_VALUES, 500)


def test_a_circle_of_blank_nodes_ends() -> None:
    made = view("<> dct:relation _:a . _:a dct:relation _:b . _:b dct:relation _:a, <> .")
    assert made.values(DCT.relation.value)[0].kind == "node"


def test_many_ways_through_many_nodes_stay_bounded() -> None:
    names = [f"<https://e.example/{n}>" for n in range(40)]
    links = " ".join(f"{a} dct:relation {', '.join(names)} ." for a in ["<>", *names])
    made = view(links)

    def count(nodes: list[Node]) -> int:
        return sum(1 + count([v.node for p in n.properties for v in p.values if v.node]) for n in nodes)

    roots = [v.node for g in made.groups for p in g.properties for v in p.values if v.node]
    assert count(roots) <= 2000
    assert made.cut
    assert not view('<> dct:title "small" .').cut


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://purl.org/dc/terms/title", "dct:title"),
        ("http://purl.org/dc/terms/", "http://purl.org/dc/terms/"),
        ("https://e.example/x", "https://e.example/x"),
    ],
)
def test_compact_iris_have_a_prefix_where_there_is_one(iri: str, short: str) -> None:
    assert compact(iri) == short


def test_an_unknown_property_keeps_its_name() -> None:
    assert property_name("https://e.example/x").label == "https://e.example/x"
