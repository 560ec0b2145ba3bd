"""The repairs that `normalise` makes, as data: one rule, one function, one name to switch it off by.

A rule takes one triple and gives it back untouched (the same object), changed, or None when it goes. The order is
part of the contract: names are mended before rules that look at names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from catalogue.model.records import Repair
from catalogue.pipeline.repairs.contacts import mailto_addresses
from catalogue.pipeline.repairs.iris import known_namespaces, official_vocabularies, valid_iris
from catalogue.pipeline.repairs.literals import (
    dates_by_their_text,
    legal_language_tags,
    without_empty_literals,
)
from catalogue.pipeline.repairs.media_types import media_type_iris
from catalogue.pipeline.repairs.server_added import SERVER_ADDED
from catalogue.rdf.terms import Triple

MINTED = "minted-iri"


@dataclass(frozen=True, slots=True)
class RepairRule:
    """`apply(triple, base)`: `base` is the URL of the page, against which relative references were resolved."""

    name: str
    apply: Callable[[Triple, str], Triple | None]


RULES: tuple[RepairRule, ...] = (
    RepairRule("iri", valid_iris),
    RepairRule("namespace-aliases", known_namespaces),
    RepairRule("vocabulary-hosts", official_vocabularies),
    RepairRule("media-type-iris", media_type_iris),
    RepairRule("language-tags", legal_language_tags),
    RepairRule("dates", dates_by_their_text),
    RepairRule("email-mailto", mailto_addresses),
    RepairRule("empty-literals", without_empty_literals),
)
RULE_NAMES: tuple[str, ...] = (SERVER_ADDED, *(rule.name for rule in RULES))
"""What `HarvestSource.switched_off` may name (and the `rule` of any ServerAdded)."""


def rules_for(switched_off: Iterable[str]) -> tuple[RepairRule, ...]:
    off = set(switched_off)
    return tuple(rule for rule in RULES if rule.name not in off)


def repair(
    triples: Iterable[Triple], rules: Sequence[RepairRule], base: str
) -> tuple[list[Triple], list[Repair]]:
    """The triples after all rules, and each distinct repair once, in the rules' order."""
    kept: list[Triple] = []
    made: dict[tuple[int, str, str], Repair] = {}
    for received in triples:
        triple: Triple | None = received
        for number, rule in enumerate(rules):
            assert triple is not None
            after = rule.apply(triple, base)
            if after is triple:
                continue
            for before_text, after_text in _differences(triple, after):
                made[number, before_text, after_text] = Repair(rule.name, before_text, after_text)
            triple = after
            if triple is None:
                break
        if triple is not None:
            kept.append(triple)
    return kept, [made[key] for key in sorted(made)]


def _differences(before: Triple, after: Triple | None) -> list[tuple[str, str]]:
    """What changed, term by term; the whole triple where it goes."""
    if after is None:
        return [(f"{before.subject} {before.predicate} {before.object} .", "")]
    pairs = zip(before, after, strict=True)
    return [(str(old), str(new)) for old, new in pairs if old != new]
