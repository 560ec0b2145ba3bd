"""Documents of the corpora cut, joined and scratched at random: a harvest ends with a reason, never with a fault of ours."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from corpora import SHARED, documents
from harvest_world import harvest_world
from loopback import Answer, Loopback

from catalogue.model.harvest import RunState

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared (standards and corpora) is missing"),
]

SEED = 20261124
ROUNDS = 150
LARGEST = 60_000
SCRATCHES = (
    b"<",
    b">",
    b'"',
    b" ",
    b"\x00",
    b"\xff",
    b"{",
    b"}",
    b"\\",
    b"_:",
    b"&",
    b"%",
    b"@",
    b"^^",
    b"\xef\xbf\xbf",
)
ODD_IRIS = (
    b"http://[",
    b"urn:x",
    b"",
    b"file:///x",
    b"http://a b/",
    b"_:x",
    b"javascript:x",
    b"HTTPS://EXAMPLE.org/%zz",
)
MEDIA_TYPES = (None, "text/html", "text/turtle", "application/rdf+xml", "application/ld+json")


def cut_off(body, chance):
    return body[: chance.randrange(len(body))]


def without_a_part(body, chance):
    start, end = sorted((chance.randrange(len(body)), chance.randrange(len(body))))
    return body[:start] + body[end:]


def scratched(body, chance):
    for _ in range(chance.choice((1, 1, 20))):
        place = chance.randrange(len(body))
        body = body[:place] + chance.choice(SCRATCHES) + body[place + 1 :]
    return body


def with_odd_iris(body, chance):
    found = re.findall(rb"https?://[^\s<>\"']+", body)
    for _ in range(5 if found else 0):
        body = body.replace(chance.choice(found), chance.choice([*found, *ODD_IRIS]), 2)
    return body


HARMS = (cut_off, without_a_part, scratched, with_odd_iris, with_odd_iris)


def test_a_mutilated_document_never_shows_a_fault_of_ours(tmp_path):
    chance = random.Random(SEED)
    paths = [path for path in documents() if 0 < (SHARED / path).stat().st_size < LARGEST]
    states = set()
    with harvest_world(tmp_path) as world, Loopback() as server:
        client = world.client()
        for number in range(ROUNDS):
            path, harm = chance.choice(paths), chance.choice(HARMS)
            address = f"/{number}{Path(path).suffix}"
            body = harm((SHARED / path).read_bytes(), chance)
            server.on(address, Answer(body, media_type=chance.choice(MEDIA_TYPES)))
            run = world.harvest(f"mutilated-{number}", server.url(address), "none")
            case = f"{path}, {harm.__name__}, round {number} of seed {SEED}: {run.reason}"
            assert world.log.failures == [], case
            assert run.counts.failed == 0, case
            assert run.state is RunState.COMPLETED or (run.reason and run.advice), case
            assert "harvester dcat_rdf failed" not in run.reason, case
            assert client.get(f"/runs/{run.run_id}").status_code == 200, case
            states.add(run.state)
        world.project()
        for version in world.services.ledger.published(None, 10_000)[::5]:
            for suffix in ("", ".ttl", ".rdf", ".nt", ".jsonld"):
                answer = client.get(f"/datasets/{version.dataset_id}{suffix}")
                assert answer.status_code == 200, (version.subject, suffix)
        assert world.log.failures == []
    assert states >= {RunState.COMPLETED, RunState.FAILED}
