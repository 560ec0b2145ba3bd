"""`pharos notices`: a test that really goes out, and the list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from loopback import Answer, Loopback

Pharos = Callable[..., Any]


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A receiver of webhooks that everyone's notices go to."""
    with Loopback() as receiver:
        receiver.on("/hook", Answer(status=204))
        monkeypatch.setenv("PHAROS_NOTIFY", receiver.url("/hook"))
        monkeypatch.setenv("PHAROS_NOTIFY_SECRET", "env:HOOK")
        monkeypatch.setenv("PHAROS_ALLOW_HOSTS", "127.0.0.1")
        monkeypatch.setenv("HOOK", "s3cr3t")
        yield receiver


def test_a_test_is_sent_to_everyone(pharos: Pharos, hooked: Loopback) -> None:
    answer = pharos("notices", "test")
    assert (answer.code, answer.out) == (0, f"{hooked.url('/hook')}: sent\n")
    assert json.loads(hooked.asked[0].body)["event"] == "test"


def test_a_test_that_does_not_arrive_says_why(pharos: Pharos, hooked: Loopback) -> None:
    hooked.on("/hook", Answer(status=500))
    answer = pharos("notices", "test")
    assert answer.code == 3
    assert "500" in answer.out
    assert "s3cr3t" not in answer.out + answer.err


def test_a_source_tells_its_own_people_too(pharos: Pharos, hooked: Loopback) -> None:
    pharos("sources", "add", "http://x.example/", "--slug", "x", "--notify", "mailto:ada@x.example")
    answer = pharos("notices", "test", "x", "--json")
    assert answer.code == 3
    told = {row["to"]: row for row in json.loads(answer.out)}
    assert told[hooked.url("/hook")]["sent"] is True
    assert "PHAROS_SMTP" in told["mailto:ada@x.example"]["advice"]


def test_without_anybody_to_tell_it_says_how_to_name_somebody(pharos: Pharos) -> None:
    answer = pharos("notices", "test")
    assert answer.code == 2
    assert "PHAROS_NOTIFY" in answer.err


def test_the_list_is_empty_before_anything_happened(pharos: Pharos) -> None:
    assert json.loads(pharos("notices", "list", "--json").out) == []
    assert "Nothing was told yet" in pharos("notices", "list").err
    assert pharos("notices", "list", "nowhere").code == 2


def test_a_target_that_is_none_is_named(pharos: Pharos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHAROS_NOTIFY", "ops@example.org")
    answer = pharos("notices", "list")
    assert answer.code == 2
    assert "mailto:ADDRESS" in answer.err
