"""Everything that a catalogue holds and shows, as data that can be compared with another one's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from catalogue.bootstrap import Services
from catalogue.model.search import SearchQuery
from catalogue.projections.follow import published

EVERYTHING = "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(!CONTAINS(STR(?g), '/vocabularies/')) }"
POSITION = "position"


def snapshot(services: Services) -> dict[str, Any]:
    """Ledger, graph store and index. Numbers that only say in which order things were written are left out."""
    versions = list(published(services.ledger))
    return {
        "published": {v.subject: _digest([v.content, v.received, v.number, v.created_at]) for v in versions},
        "records": _records(services),
        "runs": _runs(services),
        "graph": _graph(services),
        "documents": {v.dataset_id: _document(services, v.dataset_id) for v in versions},
        "found": services.search.search(SearchQuery(size=1)).total,
        "behind": [
            services.ledger.position() - part.position() for part in (services.graph, services.search)
        ],
    }


def _records(services: Services) -> dict[str, Any]:
    return {
        r.subject: [r.version_count, r.first_harvested_at, r.last_seen_at, r.withdrawn_at, r.published]
        for source in services.ledger.sources()
        for r in services.ledger.records_of_source(source.slug, limit=1_000_000)
    }


def _runs(services: Services) -> list[Any]:
    """Oldest first: state, counts, reason, and the lines, in no order."""
    runs = reversed(services.ledger.runs(limit=100_000))
    return [
        {
            "state": run.state.value,
            "complete": run.complete,
            "counts": asdict(run.counts),
            "reason": run.reason,
            "lines": sorted(
                str((line.kind.value, line.subject, line.code, line.reason, line.snippet))
                for line in services.ledger.outcomes(run.run_id, limit=1_000_000)
            ),
        }
        for run in runs
    ]


def _graph(services: Services) -> dict[str, str]:
    """A digest of each subject's statements in each graph."""
    answer = services.graph.query(
        EVERYTHING, "application/sparql-results+json", timeout=120.0, max_bytes=10**9
    )
    found: dict[str, list[str]] = {}
    for row in json.loads(answer)["results"]["bindings"]:
        if row["p"]["value"].endswith(f"#{POSITION}") or row["p"]["value"].endswith(f"/{POSITION}"):
            continue
        key = f"{row['g']['value']} {row['s']['value']}"
        found.setdefault(key, []).append(json.dumps([row["p"], row["o"]], sort_keys=True))
    return {key: _digest(sorted(lines)) for key, lines in found.items()}


def _document(services: Services, dataset_id: str) -> str:
    return _digest(asdict(services.search.document(dataset_id) or _absent(dataset_id)))


def _absent(dataset_id: str) -> Any:
    raise AssertionError(f"the index has no document for {dataset_id}")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode()).hexdigest()[:24]
