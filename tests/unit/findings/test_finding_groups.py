"""A report for people: by rule, worst first, with counts, the property of the dataset and what to do."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import RdfFormat, parse

from catalogue.adapters.profiles import load_profiles
from catalogue.discovery.finding_paths import FindingPaths, compact_path
from catalogue.discovery.findings import group
from catalogue.discovery.rules import advice_of
from catalogue.model.findings import Advice, JudgedRecord, ReportForPeople, Rule
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import SH
from catalogue.rdf.terms import NamedNode

Report = Callable[..., ReportForPeople]
DCT = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RIGHT = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


def result(
    focus: str, path: str | None, severity: Severity = Severity.VIOLATION, **more: str
) -> ValidationResult:
    return ValidationResult(focus, path, "MinCount", severity, more.pop("message", "Wrong."), **more)  # type: ignore[arg-type]


def judged(subject: str, text: str, *results: ValidationResult) -> JudgedRecord:
    return JudgedRecord(subject, from_ntriples(text), ValidationReport("p", "e", "1", "h", results))


def no_rules(profile: str) -> dict[str, Rule]:
    del profile
    return {}


def test_counts_are_of_records_and_worst_come_first(report: Report, heads: str) -> None:
    text = heads + "".join(
        f'<urn:d{n}> a dcat:Dataset ; dct:title "T{n}"@en ; dct:issued "31/12/2020" {more} .\n'
        for n, more in enumerate(("", "", '; dct:description "D"@en'))
    )
    found = report(text)
    assert (found.records, found.verdicts) == (3, {"non-conformant": 3})
    facts = [(g.severity.value, g.property, g.records) for g in found.groups]
    assert facts[:2] == [("Violation", "dct:issued", 3), ("Violation", "dct:description", 2)]
    assert [f[0] for f in facts] == sorted([f[0] for f in facts], key=["Violation", "Warning", "Info"].index)
    description = found.groups[1]
    assert description.advice.what == "This dataset has no description."
    assert description.advice.do == "Add dct:description"
    assert description.advice.example.startswith('dct:description "')
    assert description.rule.clauses == (
        "https://semiceu.github.io/DCAT-AP/releases/3.0.1/#Dataset.description",
    )
    assert description.rule.name == "dataset: description"
    assert found.counts["Violation"] == 5


def test_the_share_is_of_records_judged_by_the_rules_profile() -> None:
    one, other = (
        JudgedRecord(
            f"urn:{n}",
            from_ntriples(""),
            ValidationReport(p, "e", "1", "h", (result(f"<urn:{n}>", "urn:p"),)),
        )
        for n, p in enumerate(("p", "q"))
    )
    assert [(g.profile, g.records, g.of) for g in group([one, other, other], no_rules).groups] == [
        ("q", 2, 2), ("p", 1, 1),
    ]  # fmt: skip


def test_a_record_with_a_fault_twice_is_one_record(report: Report, heads: str) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; dcat:distribution '
        '[ a dcat:Distribution ; dct:title "a" ] , [ a dcat:Distribution ; dct:title "b" ] .'
    )
    urls = next(g for g in report(text).groups if g.property == "dcat:distribution / dcat:accessURL")
    assert (urls.records, urls.count, len(urls.findings)) == (1, 2, 2)


def test_one_rule_at_two_properties_of_the_dataset_is_two_groups(report: Report, heads: str) -> None:
    text = heads + (
        '<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ; '
        "dct:publisher [ a foaf:Agent ] ; dct:creator [ a foaf:Agent ] ."
    )
    names = {g.property for g in report(text).groups if g.advice.what == "This agent has no name."}
    assert names == {"dct:publisher / foaf:name", "dct:creator / foaf:name"}


def test_a_fault_of_a_concept_is_told_of_the_property_that_names_it() -> None:
    text = f"<urn:d> <{DCT}accessRights> <{RIGHT}> ."
    missing = result(f"<{RIGHT}>", SKOS + "prefLabel")
    paths = FindingPaths(from_ntriples(text), NamedNode("urn:d"), lambda iri: iri == RIGHT)
    about = paths.about(missing)
    assert (about.property, about.value) == ("dct:accessRights", f"<{RIGHT}>")
    unknown = FindingPaths(from_ntriples(text), NamedNode("urn:d")).about(missing)
    assert unknown.property == "dct:accessRights / skos:prefLabel"


def test_what_only_points_to_the_record_is_reached_backwards() -> None:
    text = "<urn:r> <http://xmlns.com/foaf/0.1/primaryTopic> <urn:d> ."
    about = FindingPaths(from_ntriples(text), NamedNode("urn:d")).about(result("<urn:r>", DCT + "modified"))
    assert about.property == "^foaf:primaryTopic / dct:modified"


def test_the_shortest_way_is_told_and_cycles_end() -> None:
    text = "<urn:d> <urn:p> _:a .\n_:a <urn:q> _:b .\n_:b <urn:q> _:a .\n<urn:d> <urn:s> _:b .\n"
    graph = from_ntriples(text)
    node = next(
        t.subject for t in graph if t.predicate.value == "urn:q" and t not in graph.about(NamedNode("urn:d"))
    )
    paths = FindingPaths(graph, NamedNode("urn:d"))
    assert {len(paths.way_to(n) or ()) for n in graph.subjects() if n != NamedNode("urn:d")} == {1}
    assert paths.way_to(NamedNode("urn:elsewhere")) is None
    assert node is not None


def test_a_path_of_several_properties_is_told_in_short() -> None:
    assert compact_path(f"<{DCT}title> | <{SKOS}prefLabel>") == "dct:title | skos:prefLabel"
    assert compact_path(None) == ""


def test_a_group_keeps_what_it_may_and_counts_all() -> None:
    records = [judged(f"urn:{n}", "", result(f"<urn:{n}>", DCT + "title")) for n in range(30)]
    found = group(records, no_rules, keep=5)
    assert [(g.records, g.count, len(g.findings)) for g in found.groups] == [(30, 30, 5)]
    assert len(group(records, no_rules).groups[0].findings) == 30


def test_known_gaps_come_after_other_findings_of_their_severity() -> None:
    gap = ValidationResult("<urn:d>", "urn:a", "MinCount", Severity.WARNING, "Gap.", known_gap=True)
    plain = result("<urn:d>", "urn:z", Severity.WARNING)
    found = group([judged("urn:d", "", gap, plain), judged("urn:e", "", gap)], no_rules)
    assert [g.known_gap for g in found.groups] == [False, True]


def test_no_record_gives_an_empty_report() -> None:
    found = group([], no_rules)
    assert (found.records, found.groups, found.counts["Violation"]) == (0, (), 0)


def test_messages_come_apart_where_they_are_ours() -> None:
    def parts(message: str) -> Advice:
        return advice_of(result("<urn:d>", None, message=message))

    assert parts('No title. Add dct:title, for example: dct:title "A. B"@en') == Advice(
        "No title.", "Add dct:title", 'dct:title "A. B"@en'
    )
    assert parts("Themes lack health. Add: dcat:theme <http://x.example/HEAL>") == Advice(
        "Themes lack health.", "Add", "dcat:theme <http://x.example/HEAL>"
    )
    assert parts("Not a date. Write it so; or else.") == Advice("Not a date.", "Write it so; or else.")
    assert parts("Value does not have class dcat:Dataset") == Advice("Value does not have class dcat:Dataset")
    assert parts("Ratio 1: 2 is wrong") == Advice("Ratio 1: 2 is wrong")


def test_every_message_of_our_profiles_says_what_is_wrong_and_what_to_write() -> None:
    seen = 0
    for profile in load_profiles().values():
        for turtle in (profile.shapes_turtle, *(text for _, text in profile.variants)):
            shapes = Graph(q.triple for q in parse(turtle, format=RdfFormat.TURTLE))
            for triple in shapes:
                if triple.predicate == SH.message:
                    seen += 1
                    advice = advice_of(result("<urn:d>", None, message=triple.object.value))  # type: ignore[union-attr]
                    assert advice.what.endswith("."), triple
                    assert advice.do and advice.example, triple
    assert seen > 500
