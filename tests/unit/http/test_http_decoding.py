"""Bodies: codings come off, limits hold, what ends early is not taken for whole."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.adapters.http.decoding import BodyLimits, read_body
from catalogue.errors import LimitExceeded, ProtocolViolation, RetryableError


def packed(data: bytes) -> bytes:
    """gzip without the time of day: what names a test must not change from process to process."""
    return gzip.compress(data, mtime=0)


LIMITS = BodyLimits(max_bytes=8 * 1024 * 1024, max_ratio=100)
TEXT = b'<http://a.example/1> <http://purl.org/dc/terms/title> "Eins" .\n' * 20


def pieces(data, size=7):
    return (data[i : i + size] for i in range(0, len(data), size))


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", packed(TEXT)),
        ("X-GZIP", packed(TEXT)),
        ("gzip", packed(TEXT[:100]) + packed(TEXT[100:])),
        ("gzip", packed(TEXT) + b"\0\0\0 padding"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate, gzip", packed(zlib.compress(TEXT))),
        ("", packed(TEXT)),
        ("gzip", packed(packed(TEXT))),
    ],
    ids=[
        "none",
        "identity",
        "gzip",
        "x-gzip",
        "members",
        "padding",
        "zlib",
        "raw",
        "two",
        "gzip file",
        "file in gzip",
    ],
)
def test_every_coding_we_accept_comes_off(coding, data):
    assert read_body(pieces(data), coding, LIMITS, "here") == TEXT


@given(st.binary(max_size=3000), st.integers(1, 500), st.sampled_from(["gzip", "deflate"]))
def test_any_body_in_any_pieces_comes_out_as_it_was(body, size, coding):
    squeezed = packed(body) if coding == "gzip" else zlib.compress(body)
    expected = body if not body.startswith(b"\x1f\x8b\x08") else None
    if expected is not None:
        assert read_body(pieces(squeezed, size), coding, LIMITS, "here") == expected


def test_an_empty_body_is_empty_whatever_coding_it_claims():
    assert read_body(iter([]), "gzip", LIMITS, "here") == b""


@pytest.mark.parametrize(("coding", "data"), [("gzip", packed(TEXT)), ("deflate", zlib.compress(TEXT))])
@pytest.mark.parametrize("cut", [1, 4, 9, 20])
def test_compressed_data_that_ends_early_is_worth_another_try(coding, data, cut):
    with pytest.raises(RetryableError, match="ended too early"):
        read_body(pieces(data[:-cut]), coding, LIMITS, "here")


def test_a_second_member_that_ends_early_is_noticed():
    data = packed(TEXT) + packed(TEXT)[:-9]
    with pytest.raises(RetryableError):
        read_body(pieces(data), "gzip", LIMITS, "here")


@pytest.mark.parametrize(
    ("coding", "data"), [("gzip", b"<html>no gzip</html>"), ("deflate", b"\xff\xff\xff\xff text")]
)
def test_a_body_that_is_not_what_its_header_claims_is_a_violation(coding, data):
    with pytest.raises(ProtocolViolation, match="claims"):
        read_body(pieces(data), coding, LIMITS, "here")


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "gzip,gzip,gzip,gzip"])
def test_codings_that_nobody_asked_for_are_a_violation(coding):
    with pytest.raises(ProtocolViolation):
        read_body(pieces(TEXT), coding, LIMITS, "here")


def test_a_plain_body_stops_at_the_limit():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"x" * 65536

    with pytest.raises(LimitExceeded, match="8,388,608"):
        read_body(endless(), "", LIMITS, "here")
    assert len(taken) == 129


def bomb(gigabytes):
    packer = zlib.compressobj(9, wbits=31)
    zeros = b"\0" * (1024 * 1024)
    for _ in range(gigabytes * 1024):
        yield packer.compress(zeros)
    yield packer.flush()


@pytest.mark.parametrize("ratio", [100, 10**9], ids=["by ratio", "by size"])
def test_a_gzip_bomb_of_ten_gigabytes_stops_early_in_little_memory(ratio):
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            read_body(bomb(10), "gzip", BodyLimits(16 * 1024 * 1024, ratio), "here")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 48 * 1024 * 1024


def test_a_bomb_in_a_bomb_stops_too():
    inner = b"".join(bomb(1))
    with pytest.raises(LimitExceeded):
        read_body(pieces(packed(inner), 4096), "gzip", LIMITS, "here")


def test_a_small_body_may_shrink_as_much_as_it_likes():
    data = b"a" * 900_000
    assert read_body(pieces(packed(data)), "gzip", LIMITS, "here") == data
