"""URLs before anything is resolved: what is refused, where credentials may go, what a message shows."""

from __future__ import annotations

import pytest

from catalogue.adapters.http import urls
from catalogue.errors import AddressForbidden, ProtocolViolation


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://example.org/",
        "//example.org/x",
        "/catalogue.ttl",
        "http://user:word@example.org/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "javascript:alert(1)",
    ],
)
def test_urls_that_hide_something_or_are_not_http_are_forbidden(url):
    with pytest.raises(AddressForbidden):
        urls.check(url)


@pytest.mark.parametrize(
    "url", ["http://", "http:///path", "http://exa\\mple.org/", "http://[::1", "http://a:b/"]
)
def test_what_is_no_url_is_a_violation(url):
    with pytest.raises(ProtocolViolation):
        urls.check(url)


def test_a_refused_url_never_shows_its_password():
    with pytest.raises(AddressForbidden) as caught:
        urls.check("https://anna:geheim@example.org/")
    assert "geheim" not in caught.value.detail and "anna" not in caught.value.detail


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?page=2", "https://a.example/x?page=2"),
        ("https://u:p@a.example/x", "https://a.example/x"),
        ("https://a.example/x?page=2&access_token=abc", "https://a.example/x?page=2&access_token=…"),
        ("https://a.example/?API-Key=abc#part", "https://a.example/?API-Key=…"),
        ("https://a.example/?X-Amz-Signature=abc", "https://a.example/?X-Amz-Signature=…"),
        ("http://[::1", "a malformed URL"),
    ],
)
def test_a_message_shows_the_url_without_secrets(url, shown):
    assert urls.redact(url) == shown


@pytest.mark.parametrize(
    ("source", "target", "carries"),
    [
        ("https://a.example/x", "https://a.example/y?z", True),
        ("https://a.example/x", "https://a.example:443/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://b.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("http://a.example:8080/x", "https://a.example/x", False),
        ("https://a.example/x", "https://a.example.evil.example/x", False),
    ],
)
def test_credentials_go_to_their_origin_or_its_upgrade_only(source, target, carries):
    assert urls.may_carry(urls.origin(source), urls.origin(target)) is carries


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://a.example/b"),
        ("c?d=1#e", "http://a.example/x/c?d=1"),
        ("//b.example/x", "http://b.example/x"),
        ("/gr\u00c3\u00bc\u00c3\u009fe", "http://a.example/gr%C3%BC%C3%9Fe"),
        ("/a b", "http://a.example/a%20b"),
        ("/a%20b", "http://a.example/a%20b"),
    ],
)
def test_a_redirect_is_resolved_against_the_url_that_answered(location, target):
    assert urls.join("http://a.example/x/y", location) == target
