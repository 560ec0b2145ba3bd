"""Settings are a pure function of a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.errors import ConfigurationError
from catalogue.settings import Settings, describe


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.from_env({"HOME": "/root", "PHAROS_TEST_ANYTHING": "1"})
    assert settings == Settings()
    assert settings.public_base == "http://127.0.0.1:8080"


def test_values_are_read_by_type() -> None:
    settings = Settings.from_env(
        {
            "PHAROS_DATA": "/srv/p",
            "PHAROS_PORT": "0",
            "PHAROS_ALLOW_HOSTS": "a, b:81 ,",
            "PHAROS_SPARQL_TIMEOUT": "1.5",
        }
    )
    assert (settings.data, settings.port, settings.sparql_timeout) == (Path("/srv/p"), 0, 1.5)
    assert settings.allow_hosts == ("a", "b:81")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PHAROS_PORT", "eighty", "type int"),
        ("PHAROS_PORT", "70000", "0 to 65535"),
        ("PHAROS_BASE", "ftp://x", "http or https URL"),
        ("PHAROS_BASE", "https://x/?a=1", "without query"),
        ("PHAROS_LOG_LEVEL", "LOUD", "one of DEBUG"),
        ("PHAROS_BATCH_SIZE", "0", "above 0"),
        ("PHAROS_PROT", "1", "is not a setting"),
    ],
)
def test_a_wrong_variable_is_named_with_what_it_may_be(variable: str, value: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.from_env({variable: value})
    assert variable in raised.value.detail
    assert told in raised.value.detail


def test_secrets_are_not_shown() -> None:
    env = {"PHAROS_LEDGER": "postgresql://me:hush@db/x", "PHAROS_PROXY": "http://me:hush@p"}
    rows = {row["variable"]: row for row in describe(Settings.from_env(env), env)}
    assert rows["PHAROS_LEDGER"]["value"] == "(set)"
    assert rows["PHAROS_LEDGER"]["origin"] == "environment"
    assert "hush" not in str(rows)
    assert all(row["help"] for row in rows.values())
