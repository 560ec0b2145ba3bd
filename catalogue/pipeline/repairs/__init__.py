"""The repairs that `normalise` makes, as data: one rule, one function, one name to switch it off by.

A `RepairRule` takes one triple and gives it back untouched (the same object), changed, or None when it goes. A
`RecordRule` looks at the whole record and says what it would change. The order is part of the contract: names are
mended before rules that look at names, triples before rules that look at nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from catalogue.model.records import Repair
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.repairs.codes import TEXT_TABLES, Tables
from catalogue.pipeline.repairs.contact_forms import contact_forms
from catalogue.pipeline.repairs.contacts import EMAIL_PROPERTIES, mailto_addresses
from catalogue.pipeline.repairs.described import Change, Described
from catalogue.pipeline.repairs.iris import known_namespaces, official_vocabularies, valid_iris
from catalogue.pipeline.repairs.links import (
    CONTACTS,
    RESOURCES,
    TEXTS_AND_CONTACTS,
    links_as_iris,
    texts_as_literals,
    with_scheme,
)
from catalogue.pipeline.repairs.literals import (
    dates_by_their_text,
    legal_language_tags,
    without_empty_literals,
)
from catalogue.pipeline.repairs.media_types import MEDIA_TYPE_PROPERTIES, media_type_iris
from catalogue.pipeline.repairs.nodes import agents_by_name, certain_types, texts_as_nodes
from catalogue.pipeline.repairs.server_added import SERVER_ADDED
from catalogue.pipeline.repairs.settled import Settled
from catalogue.rdf.terms import Literal, NamedNode, Triple

MINTED = "minted-iri"
NO_VOCABULARIES = Vocabularies({})

TripleChange = Callable[[Triple, str], Triple | None]
RecordChange = Callable[[Described, str], Iterable[Change]]


@dataclass(frozen=True, slots=True)
class RepairRule:
    """`apply(triple, base)`: `base` is the URL of the page, against which relative references were resolved. What it
    does to a subject depends on that alone, what it does to a value on property, value and base.

    `predicates`: the only properties that the rule looks at (None: any); `texts`: those whose literals it may change
    for more than their property and datatype (None: any).
    """

    name: str
    apply: TripleChange
    predicates: frozenset[NamedNode] | None = None
    texts: frozenset[NamedNode] | None = None


@dataclass(frozen=True, slots=True)
class RecordRule:
    """`apply(record, base)`: `base` as in RepairRule; the changes must not depend on the order of the triples."""

    name: str
    apply: RecordChange


Step = tuple[int, TripleChange]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one source in their order, and what they are known to leave alone."""

    triple: tuple[RepairRule, ...]
    record: tuple[RecordRule, ...]
    settled: Settled = field(default_factory=Settled)
    _of_predicate: dict[NamedNode, tuple[Step, ...]] = field(default_factory=dict)
    _of_texts: dict[NamedNode, tuple[Step, ...]] = field(default_factory=dict)

    def looking_at(self, predicate: NamedNode) -> tuple[Step, ...]:
        """(Number, function) of the triple rules for this property."""
        return self._of_predicate.get(predicate) or self._steps(self._of_predicate, predicate)

    def looking_at_text(self, predicate: NamedNode) -> tuple[Step, ...]:
        """Those of them that look at the text of a literal whose names are settled."""
        return self._of_texts.get(predicate) or self._steps(self._of_texts, predicate)

    def _steps(self, table: dict[NamedNode, tuple[Step, ...]], predicate: NamedNode) -> tuple[Step, ...]:
        if len(table) > MOST_PREDICATES:
            table.clear()
        table[predicate] = tuple(
            (number, rule.apply)
            for number, rule in enumerate(self.triple)
            if (only := rule.texts if table is self._of_texts else rule.predicates) is None
            or predicate in only
        )
        return table[predicate]


MOST_PREDICATES = 4_096
"""Properties whose rules are remembered; records of strangers may hold any number."""

MOST_SOURCES = 64
"""Combinations of vocabularies and switched-off rules that are remembered."""


def triple_rules(tables: Tables) -> tuple[RepairRule, ...]:
    """Every rule about single triples, in order."""
    nothing: frozenset[NamedNode] = frozenset()
    tabled = frozenset(TEXT_TABLES)
    return (
        RepairRule("iri", valid_iris, texts=nothing),
        RepairRule("namespace-aliases", known_namespaces, texts=nothing),
        RepairRule("missing-scheme", with_scheme, RESOURCES, RESOURCES),
        RepairRule("links-as-iris", links_as_iris, RESOURCES, RESOURCES),
        RepairRule("texts-as-literals", texts_as_literals, TEXTS_AND_CONTACTS, CONTACTS),
        RepairRule("vocabulary-hosts", official_vocabularies, texts=nothing),
        RepairRule("vocabulary-schemes", tables.vocabulary_schemes, texts=nothing),
        RepairRule("media-type-iris", media_type_iris, texts=MEDIA_TYPE_PROPERTIES),
        RepairRule("language-tags", legal_language_tags),
        RepairRule("dates", dates_by_their_text),
        RepairRule("email-mailto", mailto_addresses, EMAIL_PROPERTIES, EMAIL_PROPERTIES),
        RepairRule("empty-literals", without_empty_literals),
        RepairRule("vocabulary-codes", tables.vocabulary_codes, tabled, tabled),
    )


def record_rules(tables: Tables) -> tuple[RecordRule, ...]:
    """Every rule about whole records, in order."""
    return (
        RecordRule("vocabulary-matches", tables.vocabulary_matches),
        RecordRule("contact-forms", contact_forms),
        RecordRule("agents-by-name", agents_by_name),
        RecordRule("texts-as-nodes", texts_as_nodes),
        RecordRule("certain-types", certain_types),
    )


_WITHOUT_TABLES = Tables(NO_VOCABULARIES)
RULES: tuple[RepairRule, ...] = triple_rules(_WITHOUT_TABLES)
RECORD_RULES: tuple[RecordRule, ...] = record_rules(_WITHOUT_TABLES)
RULE_NAMES: tuple[str, ...] = (
    SERVER_ADDED,
    *(rule.name for rule in RULES),
    *(rule.name for rule in RECORD_RULES),
)
"""What `HarvestSource.switched_off` may name (and the `rule` of any ServerAdded)."""

# The vocabularies are kept with their rules, so that no other can get their id meanwhile.
_REMEMBERED: dict[tuple[int, frozenset[str]], tuple[Vocabularies, Rules]] = {}


def rules_for(switched_off: Iterable[str], vocabularies: Vocabularies = NO_VOCABULARIES) -> Rules:
    """The rules that are not switched off, over these vocabularies; made once for both."""
    key = (id(vocabularies), frozenset(switched_off))
    known = _REMEMBERED.get(key)
    if known is None:
        if len(_REMEMBERED) >= MOST_SOURCES:
            _REMEMBERED.clear()
        known = _REMEMBERED[key] = (vocabularies, _made(key[1], vocabularies))
    return known[1]


def _made(off: frozenset[str], vocabularies: Vocabularies) -> Rules:
    tables = next((t for v, t in _TABLES if v is vocabularies), None)
    if tables is None:
        tables = Tables(vocabularies)
        _TABLES[:] = [(vocabularies, tables), *_TABLES[:3]]
    return Rules(
        tuple(rule for rule in triple_rules(tables) if rule.name not in off),
        tuple(rule for rule in record_rules(tables) if rule.name not in off),
    )


_TABLES: list[tuple[Vocabularies, Tables]] = [(NO_VOCABULARIES, _WITHOUT_TABLES)]


Made = dict[tuple[int, str, str], Repair]


def repair(triples: Iterable[Triple], rules: Rules, base: str) -> tuple[list[Triple], list[Repair]]:
    """The triples after the rules about triples, and each distinct repair once, in the rules' order."""
    kept: list[Triple] = []
    made: Made = {}
    settled = rules.settled
    for received in triples:
        predicate, key = received.predicate, settled.key(received, base)
        steps = rules.looking_at(predicate)
        if settled.has(received, key):
            if not isinstance(received.object, Literal):
                kept.append(received)
                continue
            steps = rules.looking_at_text(predicate)
        triple = _stepped(received, steps, rules, base, made)
        if triple is received:
            settled.add(received, key)
        if triple is not None:
            kept.append(triple)
    return kept, [made[key] for key in sorted(made)]


def _stepped(
    triple: Triple, steps: Iterable[Step], rules: Rules, base: str, made: Made, done: int = -1
) -> Triple | None:
    """The triple after the steps beyond `done`. Another property has other rules: then it goes on with those."""
    for number, apply in steps:
        if number <= done:
            continue
        after = apply(triple, base)
        if after is triple:
            continue
        _tell(made, rules, number, triple, after)
        if after is None:
            return None
        if after.predicate != triple.predicate or type(after.object) is not type(triple.object):
            return _stepped(after, rules.looking_at(after.predicate), rules, base, made, number)
        triple = after
    return triple


def _tell(made: Made, rules: Rules, number: int, before: Triple, after: Triple | None) -> None:
    """What changed, term by term; the whole triple where it goes."""
    if after is None:
        pairs = [(f"{before.subject} {before.predicate} {before.object} .", "")]
    else:
        pairs = [(str(old), str(new)) for old, new in zip(before, after, strict=True) if old != new]
    for old, new in pairs:
        made[number, old, new] = Repair(rules.triple[number].name, old, new)


def repair_record(
    triples: Sequence[Triple], rules: Rules, base: str
) -> tuple[Sequence[Triple], list[Repair]]:
    """The triples after the rules about whole records, and each distinct repair once, in the rules' order."""
    record = Described(triples)
    made: list[Repair] = []
    for rule in rules.record:
        changes = list(rule.apply(record, base))
        if changes:
            record = record.changed(changes)
            made += [
                Repair(rule.name, *told)
                for told in sorted({(change.before, change.after) for change in changes})
            ]
    return record.triples, made
