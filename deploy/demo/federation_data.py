"""All records of the federation as graphs, whichever protocol later serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rdflib import Graph, URIRef

from deploy.demo.authoring import Dataset, Mirror, Provider
from deploy.demo.distributions import describe_distribution
from deploy.demo.flaws import spoil
from deploy.demo.records import describe_dataset

DistributionNamer = Callable[[Dataset, str], URIRef]


@dataclass(frozen=True, slots=True)
class Record:
    """A dataset with its distributions, apart so that a server may put them where it likes."""

    iri: URIRef
    dataset: Dataset
    graph: Graph
    distributions: dict[URIRef, Graph]

    def whole(self) -> Graph:
        """Dataset and distributions in one graph."""
        graph = Graph()
        graph += self.graph
        for part in self.distributions.values():
            graph += part
        return graph


def build_record(provider: Provider, dataset: Dataset, iri: URIRef, name: DistributionNamer) -> Record:
    """One record with its flaw, if it has one."""
    parts = {}
    for kind in dataset.distributions:
        part_iri = name(dataset, kind)
        parts[part_iri] = describe_distribution(provider, dataset, kind, part_iri)
        spoil(parts[part_iri], part_iri, provider.slug, dataset.slug, "distribution")
    graph = describe_dataset(provider, dataset, iri, list(parts))
    spoil(graph, iri, provider.slug, dataset.slug, "dataset")
    return Record(iri, dataset, graph, parts)


def stable_records(provider: Provider, everyone: tuple[Provider, ...]) -> Iterator[Record]:
    """The provider's records under its stable IRIs, then those that it lists for others."""
    for dataset in provider.datasets:
        yield _stable_record(provider, dataset)
    for mirror in provider.mirrors:
        owner = next(one for one in everyone if one.slug == mirror.provider)
        dataset = next(one for one in owner.datasets if one.slug == mirror.dataset)
        yield _stable_record(owner, _translated(dataset, mirror))


def _stable_record(owner: Provider, dataset: Dataset) -> Record:
    def name(dataset: Dataset, kind: str) -> URIRef:
        return URIRef(f"{owner.home}/distributions/{dataset.slug}/{kind}")

    return build_record(owner, dataset, URIRef(owner.dataset_iri(dataset.slug)), name)


def _translated(dataset: Dataset, mirror: Mirror) -> Dataset:
    """The owner's description with the texts that the other provider adds in its own language."""
    return replace(
        dataset,
        title={**dataset.title, **mirror.title},
        description={**dataset.description, **mirror.description},
    )
