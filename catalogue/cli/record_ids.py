"""Which record a person means."""

from __future__ import annotations

from catalogue.errors import InvalidQuery
from catalogue.ports import Ledger


def found_id(ledger: Ledger, text: str) -> str:
    """The id of the record that is meant: an id of its own, or the IRI or dct:identifier of a dataset that just one
    source describes. InvalidQuery names the records when there are several."""
    if len(text) == 20 and text.isalnum():
        return text
    ids = ledger.find_dataset(iri=text) or ledger.find_dataset(identifier=text)
    described = [record for dataset_id in ids for record in ledger.records_of_dataset(dataset_id)]
    if len(described) == 1:
        return described[0].record_id
    if described:
        named = ", ".join(f"{record.record_id} ({record.source})" for record in described[:10])
        raise InvalidQuery(f"Several records are meant by {text}.", advice=f"Name one of: {named}.")
    return text
