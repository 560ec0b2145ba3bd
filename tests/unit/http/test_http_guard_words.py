"""How the guard says what it refuses."""

from __future__ import annotations

import pytest

from catalogue.adapters.http.addresses import Allowance
from catalogue.adapters.http.guard import Guard
from catalogue.errors import AddressForbidden


@pytest.mark.parametrize(
    ("host", "words"),
    [("0.0.0.0", "is an unspecified address"), ("10.0.0.1", "is a private address")],
)
def test_the_article_fits_the_word(host: str, words: str) -> None:
    with pytest.raises(AddressForbidden, match=words):
        Guard(Allowance(), frozenset).addresses(host, 80, 5.0)
