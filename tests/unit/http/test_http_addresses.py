"""Which addresses Pharos asks."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from catalogue.adapters.http.addresses import Allowance, Reach, is_disguised_number, reach_of


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2a00:1450:4001::1", Reach.PUBLIC),
        ("64:ff9b::808:808", Reach.PUBLIC),
        ("127.0.0.1", Reach.LOOPBACK),
        ("127.255.255.254", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("10.1.2.3", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("192.168.0.1", Reach.PRIVATE),
        ("fd12:3456::1", Reach.PRIVATE),
        ("fec0::1", Reach.PRIVATE),
        ("100.64.0.1", Reach.SHARED),
        ("169.254.1.1", Reach.LINK_LOCAL),
        ("fe80::1", Reach.LINK_LOCAL),
        ("169.254.169.254", Reach.METADATA),
        ("169.254.170.2", Reach.METADATA),
        ("100.100.100.200", Reach.METADATA),
        ("168.63.129.16", Reach.METADATA),
        ("fd00:ec2::254", Reach.METADATA),
        ("224.0.0.1", Reach.MULTICAST),
        ("ff02::1", Reach.MULTICAST),
        ("0.0.0.0", Reach.UNSPECIFIED),
        ("0.1.2.3", Reach.UNSPECIFIED),
        ("::", Reach.UNSPECIFIED),
        ("240.0.0.1", Reach.RESERVED),
        ("255.255.255.255", Reach.RESERVED),
        ("198.18.0.1", Reach.RESERVED),
        ("203.0.113.9", Reach.RESERVED),
        ("2001:db8::1", Reach.RESERVED),
        ("4000::1", Reach.RESERVED),
        ("::ffff:127.0.0.1", Reach.TRANSLATED),
        ("::ffff:8.8.8.8", Reach.TRANSLATED),
        ("::127.0.0.1", Reach.TRANSLATED),
        ("64:ff9b::7f00:1", Reach.TRANSLATED),
        ("64:ff9b::a9fe:a9fe", Reach.TRANSLATED),
        ("2002:7f00:1::", Reach.TRANSLATED),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Reach.TRANSLATED),
    ],
)
def test_each_address_has_the_reach_that_the_registries_give_it(text, reach):
    assert reach_of(ip_address(text)) is reach


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.0x1", "1.2.3.4.5", "010.0.0.1"],
)
def test_a_number_that_is_no_standard_address_is_disguised(host):
    assert is_disguised_number(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "example.org", "1and1.example", "[::1]", "::1", "a1", "0x.example"]
)
def test_names_and_standard_addresses_are_not_disguised(host):
    assert not is_disguised_number(host)


@pytest.mark.parametrize(
    ("entry", "host", "address", "port", "covered"),
    [
        ("catalogue.intern", "catalogue.intern", "10.0.0.5", 443, True),
        ("catalogue.intern", "Catalogue.Intern.", "10.0.0.5", 8080, True),
        ("catalogue.intern:8080", "catalogue.intern", "10.0.0.5", 8080, True),
        ("catalogue.intern:8080", "catalogue.intern", "10.0.0.5", 8081, False),
        ("10.0.0.5", "other.intern", "10.0.0.5", 80, True),
        ("intern", "catalogue.intern", "10.0.0.5", 80, False),
        ("[::1]:8080", "[::1]", "::1", 8080, True),
        ("::1", "::1", "::1", 9, True),
        ("127.0.0.1:8080", "localhost", "127.0.0.1", 8080, True),
    ],
)
def test_an_allowance_covers_a_host_or_an_address_for_all_ports_or_one(entry, host, address, port, covered):
    assert Allowance.read((entry,)).covers(host, ip_address(address), port) is covered


@pytest.mark.parametrize(
    "entry", ["http://intern", "intern:", "intern:http", "intern:99999", "user@intern", "[::1]x"]
)
def test_an_entry_that_is_no_host_is_refused_by_name(entry):
    with pytest.raises(ValueError, match=r"intern|::1"):
        Allowance.read((entry,))
