"""/validate: paste, upload or name a description; findings beside its text; an address to share."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from validating_site import BAD, HEADS, Web, validating
from web_world import World

URL = "https://clinic.example/catalog.ttl"
LEVEL = "dcat-ap-3.0.1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, settings={"validate_max_bytes": 200_000})
    yield made
    made.close()


@pytest.fixture
def web() -> Web:
    return Web({URL: BAD.encode()})


@pytest.fixture
def client(world: World, web: Web) -> FlaskClient:
    return validating(world, http=web).test_client()


def test_the_form_offers_every_profile(client: FlaskClient) -> None:
    page = client.get("/validate").text
    assert all(f'value="{name}"' in page for name in ("auto", "eucaim-2.0", "healthdcat-ap-r8", LEVEL))
    assert 'enctype="multipart/form-data"' in page


def test_findings_stand_beside_the_text_and_lead_to_its_lines(client: FlaskClient) -> None:
    page = client.post("/validate", data={"text": BAD, "profile": LEVEL}).text
    assert 'href="#L4"' in page
    assert re.search(r'<li id="L4" value="4" class="severity-Violation">', page)
    assert "dct:issued" in page
    assert "https://semiceu.github.io/DCAT-AP/releases/3.0.1/#Dataset.releasedate" in page
    for target in set(re.findall(r'href="#([Lf]\d+)"', page)):
        assert f'id="{target}"' in page


def test_hostile_text_is_text(client: FlaskClient) -> None:
    page = client.post("/validate", data={"text": BAD, "profile": LEVEL}).text
    assert "<b>CT</b>" not in page
    assert "&lt;b&gt;CT&lt;/b&gt;" in page


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_checked_under_its_name(client: FlaskClient, packed: bool) -> None:
    body = gzip.compress(BAD.encode()) if packed else BAD.encode()
    name = "mine.ttl.gz" if packed else "mine.ttl"
    page = client.post("/validate", data={"file": (io.BytesIO(body), name), "profile": LEVEL}).text
    assert name in page
    assert 'id="L4"' in page


def test_a_url_has_an_address_for_its_report(client: FlaskClient, web: Web) -> None:
    answer = client.post("/validate", data={"url": URL, "profile": LEVEL})
    assert (answer.status_code, answer.location) == (
        303,
        f"/validate?url=https://clinic.example/catalog.ttl&profile={LEVEL}",
    )
    answer = client.get(answer.location)
    assert answer.status_code == 200
    assert web.asked == [URL]
    assert "This report has an address" in answer.text
    assert f"/validate.csv?url=https://clinic.example/catalog.ttl&amp;profile={LEVEL}" in answer.text


@pytest.mark.parametrize(
    ("suffix", "sign"), [("csv", "document,line"), ("json", '"records"'), ("ttl", "sh:result")]
)
def test_downloads_of_a_url_and_of_a_text_are_whole(client: FlaskClient, suffix: str, sign: str) -> None:
    by_url = client.get(f"/validate.{suffix}", query_string={"url": URL, "profile": LEVEL})
    by_text = client.post("/validate", data={"text": BAD, "profile": LEVEL, "download": suffix})
    for answer in (by_url, by_text):
        assert answer.headers["Content-Disposition"] == f'attachment; filename="validation.{suffix}"'
        assert sign in answer.text
    assert client.get("/validate.pdf", query_string={"url": URL}).status_code == 404


def test_repairs_and_what_they_solved_are_told(client: FlaskClient) -> None:
    old = "<https://publications.europa.eu/resource/authority/access-right/PUBLIC>"
    text = HEADS + f'<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:accessRights {old} .'
    page = client.post("/validate", data={"text": text, "profile": LEVEL}).text
    assert "What repairs solved" in page
    assert "vocabulary-hosts (1)" in page


def test_a_broken_text_is_told_with_its_line(client: FlaskClient) -> None:
    answer = client.post(
        "/validate", data={"text": HEADS + "<urn:d> a dcat:Dataset ; broken", "profile": LEVEL}
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert re.search(r'<li id="L2" value="2" class="severity-Violation">', answer.text)


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        ({}, 400, "nothing to be validated"),
        ({"text": BAD, "profile": "mine"}, 400, "no profile"),
        ({"text": BAD, "syntax": "pdf"}, 400, "syntax"),
        ({"text": "#" * 250_000}, 413, "larger than"),
        ({"text": HEADS + "<urn:d> dct:title 'x' ."}, 422, "describes no dataset"),
    ],
    ids=["empty", "profile", "syntax", "large", "no-dataset"],
)
def test_what_cannot_be_checked_is_said_on_the_page(
    client: FlaskClient, data: dict[str, str], status: int, told: str
) -> None:
    answer = client.post("/validate", data=data)
    assert answer.status_code == status
    assert told in answer.text


def test_a_bomb_of_gzip_is_refused(client: FlaskClient) -> None:
    body = gzip.compress(b" " * 50_000_000)
    answer = client.post("/validate", data={"file": (io.BytesIO(body), "x.ttl.gz")})
    assert answer.status_code == 422
    assert "unfolds to more than" in answer.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://169.254.169.254/latest"]
)
def test_addresses_within_are_refused_whatever_is_allowed(tmp_path: Path, url: str) -> None:
    """A visitor is no operator: allowances are for registered sources."""
    world = World(tmp_path, settings={"allow_hosts": ("127.0.0.1", "localhost")})
    answer = validating(world).test_client().get("/validate", query_string={"url": url})
    world.close()
    assert answer.status_code == 422
    assert "Pharos does not ask" in answer.text


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/a", "x", "javascript:alert(1)"])
def test_only_the_web_is_asked(client: FlaskClient, web: Web, url: str) -> None:
    answer = client.get("/validate", query_string={"url": url})
    assert answer.status_code == 400
    assert web.asked == []


def test_of_a_long_text_what_stands_around_findings_is_shown(client: FlaskClient) -> None:
    text = BAD + "# filler\n" * 4_000 + '<urn:e> a dcat:Dataset ; dct:title "E"@en ;\n dct:issued "x" .\n'
    page = client.post("/validate", data={"text": text, "profile": LEVEL}).text
    assert 'id="L4006"' in page
    assert 'id="L2000"' not in page
    assert 'class="gap"' in page


def test_reports_are_not_kept_by_browsers_nor_indexed(client: FlaskClient) -> None:
    answer = client.post("/validate", data={"text": BAD, "profile": LEVEL})
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
