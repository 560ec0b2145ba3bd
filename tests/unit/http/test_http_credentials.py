"""Credentials by reference."""

from __future__ import annotations

import base64

import pytest

from catalogue.adapters.http.credentials import credential_headers
from catalogue.errors import ConfigurationError

SECRETS = {"TOKEN": "s3cret", "PAIR": "anna:w0rd", "EMPTY": "", "LINES": "a\r\nX-Evil: 1", "UMLAUT": "größe"}


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("credentials", "headers"),
    [
        ({}, {}),
        ({"scheme": "bearer", "secret": "env:TOKEN"}, {"Authorization": "Bearer s3cret"}),
        ({"scheme": "basic", "secret": "env:TOKEN", "user": "anna"}, basic("anna:s3cret")),
        ({"scheme": "basic", "secret": "env:PAIR"}, basic("anna:w0rd")),
        ({"scheme": "header", "secret": "env:TOKEN", "header": "X-Token"}, {"X-Token": "s3cret"}),
    ],
)
def test_each_scheme_makes_its_header(credentials, headers):
    assert credential_headers(credentials, SECRETS) == headers


def test_a_file_is_read_without_its_line_end(tmp_path):
    (tmp_path / "token").write_text("s3cret\n")
    reference = f"file:{tmp_path}/token"
    assert credential_headers({"scheme": "bearer", "secret": reference}, {}) == {
        "Authorization": "Bearer s3cret"
    }


@pytest.mark.parametrize(
    "reference", ["env:MISSING", "env:EMPTY", "env:LINES", "env:UMLAUT", "file:/does/not/exist"]
)
def test_what_cannot_be_used_is_named_by_its_reference(reference):
    with pytest.raises(ConfigurationError) as caught:
        credential_headers({"scheme": "bearer", "secret": reference}, SECRETS)
    assert reference in caught.value.detail
    assert not any(value and value in caught.value.detail for value in SECRETS.values())


@pytest.mark.parametrize(
    "credentials", [{"scheme": "digest"}, {"scheme": "header"}, {"scheme": "header", "header": "a b"}]
)
def test_an_unknown_scheme_or_header_is_refused_without_the_value(credentials):
    with pytest.raises(ConfigurationError) as caught:
        credential_headers({**credentials, "secret": "env:TOKEN"}, SECRETS)
    assert "s3cret" not in caught.value.detail


def test_a_secret_in_place_of_its_reference_is_refused_and_not_shown():
    with pytest.raises(ConfigurationError) as caught:
        credential_headers({"scheme": "bearer", "secret": "hunter2"}, SECRETS)
    assert "hunter2" not in caught.value.detail + caught.value.advice
