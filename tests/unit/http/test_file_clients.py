"""Files and folders in place of a server."""

from __future__ import annotations

import gzip

import pytest

from catalogue.adapters.files import FileClients
from catalogue.errors import AddressForbidden, LimitExceeded, ProtocolViolation, RunCancelled, SourceGone
from catalogue.model.harvest import HarvestSource
from catalogue.settings import Settings

TURTLE = b"<http://a.example/1> a <http://www.w3.org/ns/dcat#Dataset> .\n"


@pytest.fixture
def open_at():
    contexts = []

    def make(path, cancelled=lambda: False, **settings):
        source = HarvestSource("s", path.as_uri(), "dcat_rdf")
        context = FileClients(Settings(**settings)).for_source(source, cancelled)
        contexts.append(context)
        return context.__enter__()

    yield make
    for context in contexts:
        context.__exit__(None, None, None)


def test_a_file_answers_with_its_bytes_and_the_media_type_of_its_extension(tmp_path, open_at):
    path = tmp_path / "größe 100%.TTL"
    path.write_bytes(TURTLE)
    answer = open_at(path).get(path.as_uri())
    assert (answer.body, answer.media_type) == (TURTLE, "text/turtle")
    assert answer.url == "file:///s/gr%C3%B6%C3%9Fe%20100%25.TTL"


def test_a_packed_file_is_unpacked(tmp_path, open_at):
    path = tmp_path / "dump.nt.gz"
    path.write_bytes(gzip.compress(TURTLE))
    answer = open_at(path).get(path.as_uri())
    assert (answer.body, answer.media_type) == (TURTLE, "application/n-triples")


def test_a_folder_lists_its_rdf_files_sorted_and_with_those_below(tmp_path, open_at):
    for name in (
        "b.ttl",
        "a.jsonld",
        "sub/c.rdf",
        "readme.md",
        "data.csv",
        ".git/x.ttl",
        ".hidden.ttl",
        "d.nq.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(TURTLE)
    answer = open_at(tmp_path).get(tmp_path.as_uri())
    assert answer.media_type == "text/uri-list"
    listed = [f"file:///s/{name}" for name in ("a.jsonld", "b.ttl", "d.nq.gz", "sub/c.rdf")]
    assert answer.body.decode().splitlines() == listed
    assert answer.url == "file:///s/"


def test_files_are_read_under_addresses_that_do_not_tell_where_they_stand(tmp_path, open_at):
    (tmp_path / "sub folder").mkdir()
    (tmp_path / "sub folder" / "ü%.ttl").write_bytes(TURTLE)
    client = open_at(tmp_path)
    (listed,) = client.get("file:///s/").body.decode().split()
    answer = client.get(listed)
    assert (answer.body, answer.url) == (TURTLE, listed)
    assert tmp_path.name not in listed


def test_a_folder_named_as_the_source_is_no_way_to_another_file(tmp_path, open_at):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.ttl").write_bytes(TURTLE)
    client = open_at(tmp_path / "s")
    assert client.get("file:///s/a.ttl").body == TURTLE
    with pytest.raises(SourceGone):
        client.get("file:///s/s/a.ttl")


def test_a_file_read_alone_is_found_under_both_addresses(tmp_path, open_at):
    path = tmp_path / "a.ttl"
    path.write_bytes(TURTLE)
    client = open_at(path)
    assert client.get(path.as_uri()).url == client.get("file:///s/a.ttl").url == "file:///s/a.ttl"


def test_messages_do_not_tell_where_the_files_stand(tmp_path, open_at):
    (tmp_path / "a.ttl").write_bytes(TURTLE * 100)
    client = open_at(tmp_path, max_document=1000)
    for url in ("file:///s/b.ttl", "file:///s/a.ttl"):
        with pytest.raises((SourceGone, LimitExceeded)) as caught:
            client.get(url)
        said = f"{caught.value.detail} {caught.value.advice}"
        assert url[10:] in said and tmp_path.name not in said


def test_an_unchanged_file_answers_not_modified(tmp_path, open_at):
    path = tmp_path / "a.ttl"
    path.write_bytes(TURTLE)
    client = open_at(path)
    validators = client.get(path.as_uri()).validators
    assert client.get(path.as_uri(), validators=validators).not_modified
    path.write_bytes(TURTLE + TURTLE)
    assert client.get(path.as_uri(), validators=validators).body == TURTLE + TURTLE


def test_a_missing_file_is_gone(tmp_path, open_at):
    with pytest.raises(SourceGone):
        open_at(tmp_path / "a.ttl").get((tmp_path / "a.ttl").as_uri())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file:///s/../x.ttl",
        "file:///s/%2E%2E/x.ttl",
        "http://a.example/",
        "file://host/x",
        "https://127.0.0.1/",
    ],
)
def test_a_document_leads_nowhere_outside_its_folder(tmp_path, open_at, url):
    with pytest.raises(AddressForbidden):
        open_at(tmp_path).get(url)


def test_a_link_in_the_folder_leads_nowhere_outside_it(tmp_path, open_at):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.ttl").write_bytes(TURTLE)
    (tmp_path / "in" / "a.ttl").symlink_to(tmp_path / "secret.ttl")
    with pytest.raises(AddressForbidden):
        open_at(tmp_path / "in").get("file:///s/a.ttl")


def test_a_file_above_the_limit_is_refused(tmp_path, open_at):
    path = tmp_path / "a.ttl"
    path.write_bytes(TURTLE * 100)
    with pytest.raises(LimitExceeded):
        open_at(path, max_document=1000).get(path.as_uri())


def test_a_file_takes_no_query(tmp_path, open_at):
    with pytest.raises(ProtocolViolation):
        open_at(tmp_path).post(tmp_path.as_uri(), b"", content_type="text/plain")


def test_a_stopped_run_reads_no_further_file(tmp_path, open_at):
    with pytest.raises(RunCancelled):
        open_at(tmp_path, cancelled=lambda: True).get(tmp_path.as_uri())


def test_visitors_read_no_files():
    with pytest.raises(AddressForbidden), FileClients(Settings()).for_visitor():
        pass
