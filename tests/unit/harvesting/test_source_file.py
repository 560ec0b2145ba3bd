"""Sources as a file: read with errors that say where, written so that it reads back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.errors import InvalidQuery
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.source_file import KINDS, Known, read_sources, write_sources
from catalogue.model.harvest import HarvestSource, PublicationPolicy
from catalogue.model.sources import NoticeTarget

KNOWN = Known(load_harvesters(), {"none": None, "dcat-ap-3.0.1": None}, load_vocabularies())
HEAD = '[sources.clinic]\nurl = "https://clinic.example/"\nharvester = "dcat_rdf"\n'
EVERYTHING = HarvestSource(
    "clinic",
    "https://clinic.example/catalog.ttl",
    "fair_data_point",
    title='Clínica "São João"\n\x7f\\',
    country="PT",
    profile="dcat-ap-3.0.1",
    options={},
    credentials={
        "scheme": "oidc",
        "token_url": "https://login.example/token",
        "client": "pharos",
        "secret": "file:/run/secrets/clinic",
        "scope": "catalog",
    },
    policy=PublicationPolicy.CONFORMANT,
    priority=-3,
    switched_off=("dates", "iri"),
    schedule="0 3 * * 1-5",
    time_zone="Europe/Lisbon",
    notices=(NoticeTarget("mailto:data@clinic.example"), NoticeTarget("https://h.example/x", "env:HOOK")),
    time_budget=600,
)


def read(text: str) -> list[HarvestSource]:
    return [item.source for item in read_sources(text, "sources.toml", KNOWN)]


def refused(text: str) -> InvalidQuery:
    with pytest.raises(InvalidQuery) as caught:
        read(text)
    return caught.value


def test_every_setting_of_a_source_reads_back_as_it_was_written() -> None:
    plain = HarvestSource("a", "https://a.example/", "dcat_rdf")
    options = {option.name: option.default for option in KNOWN.harvesters["dcat_rdf"].options}
    third = HarvestSource("with-options", "https://b.example/", "dcat_rdf", options=options)
    assert read(write_sources([third, EVERYTHING, plain])) == [plain, EVERYTHING, third]


def test_the_file_can_say_everything_of_a_source() -> None:
    """A new setting of sources has to find its place in the file."""
    moments = {"added_at", "removed_at", "paused_at", "scheduled_from"}
    assert set(HarvestSource.__dataclass_fields__) - moments - {"slug"} == set(KINDS) - {"paused"}


def test_a_pause_is_written_and_read() -> None:
    paused = replace(EVERYTHING, paused_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert [item.paused for item in read_sources(write_sources([paused]), "x", KNOWN)] == [True]
    assert [item.paused for item in read_sources(write_sources([EVERYTHING]), "x", KNOWN)] == [None]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_title_reads_back(title: str) -> None:
    source = replace(EVERYTHING, title=title)
    assert read(write_sources([source])) == [source]


@pytest.mark.parametrize(("said", "kept"), [("PRT", "PT"), ("pt", "PT"), ("", "")])
def test_a_country_may_be_said_by_either_code(said: str, kept: str) -> None:
    assert read(f'{HEAD}country = "{said}"')[0].country == kept


WRONG = {
    "not-toml": ("[sources.clinic\n", "sources.toml is not TOML", ""),
    "other-table": ("[source.clinic]\n", "unknown key 'source'", "Did you mean 'sources'?"),
    "no-table": ("sources = 3\n", "sources must be tables", ""),
    "no-source-table": ("[sources]\nclinic = 3\n", "[sources.clinic] must be a table", ""),
    "typo": (HEAD + 'shedule = "6h"', "[sources.clinic] has an unknown key 'shedule'", "mean 'schedule'?"),
    "strange": (HEAD + "xyz = 1", "unknown key 'xyz'", "It may be: url, harvester"),
    "no-url": ('[sources.clinic]\nharvester = "dcat_rdf"', "[sources.clinic] needs the key 'url'", ""),
    "kind": (HEAD + 'priority = "high"', "[sources.clinic] priority must be a whole number", ""),
    "bool": (HEAD + "priority = true", "priority must be a whole number", ""),
    "slug": ('[sources.Clinic]\nurl = "https://c.example/"\nharvester = "dcat_rdf"', "'Clinic'", ""),
    "url": (HEAD.replace("https", "ftp"), "[sources.clinic] url: ", ""),
    "harvester": (HEAD.replace("dcat_rdf", "oai"), "[sources.clinic] harvester: ", ""),
    "profile": (HEAD + 'profile = "dcat"', "[sources.clinic] profile: There is no profile 'dcat'", ""),
    "country": (HEAD + 'country = "XYZ"', "[sources.clinic] country: ", ""),
    "policy": (
        HEAD + 'policy = "some"',
        "[sources.clinic] policy: 'some' is no policy; it may be all or",
        "",
    ),
    "option": (HEAD + "options = { depth = 3 }", "[sources.clinic] options.depth: ", ""),
    "repair": (HEAD + 'switched_off = ["magic"]', "[sources.clinic] switched_off: There is no repair", ""),
    "repairs": (HEAD + "switched_off = [3]", "[sources.clinic] switched_off: It must be a list of texts", ""),
    "schedule": (HEAD + 'schedule = "often"', "[sources.clinic] schedule: ", "every 6 hours"),
    "zone": (HEAD + 'time_zone = "Rome"', "[sources.clinic] time_zone: There is no time zone", "Europe/Rome"),
    "budget": (HEAD + "time_budget = 0", "[sources.clinic] time_budget: ", ""),
    "notice": (HEAD + 'notices = ["mailto:a@b.example"]', "notices: Each notice must be a table", ""),
    "notice-key": (HEAD + 'notices = [{ to = "mailto:a@b.example", via = "x" }]', "'via' is not one", ""),
    "address": (HEAD + 'notices = [{ to = "mailto:nobody" }]', "notices: 'mailto:nobody'", ""),
    "two": (HEAD + 'notices = [{ to = "mailto:a@b.example,c@d.example" }]', "mailto: with one address", ""),
    "unsigned": (HEAD + 'notices = [{ to = "https://h.example/" }]', "needs a secret to sign with", "env:"),
    "signed-mail": (HEAD + 'notices = [{ to = "mailto:a@b.example", secret = "env:A" }]', "no secret", ""),
    "scheme": (
        HEAD + 'credentials = { scheme = "digest" }',
        "credentials: The credentials have no known",
        "",
    ),
    "oidc": (HEAD + 'credentials = { scheme = "oidc", secret = "env:A" }', "oidc need 'token_url'", ""),
    "extra": (HEAD + 'credentials = { scheme = "bearer", secret = "env:A", token = "SEEN" }', "'token'", ""),
    "literal": (HEAD + 'credentials = { scheme = "bearer", secret = "SEEN" }', "not the secret", "env:NAME"),
    "number": (HEAD + "credentials = { scheme = 3 }", "credentials: scheme must be a text", ""),
    "twins": (HEAD + HEAD.replace("sources.clinic", "sources.twin"), "have the same url", ""),
    "twice": (HEAD + HEAD, "is not TOML", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_file_table_and_key(case: str) -> None:
    text, detail, advice = WRONG[case]
    error = refused(text)
    assert error.detail.startswith("sources.toml")
    assert detail in error.detail
    assert advice in error.advice
    assert "SEEN" not in error.detail + error.advice
