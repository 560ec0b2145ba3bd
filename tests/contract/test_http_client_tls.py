"""TLS: the name in the URL is the name that is asked for and verified, whatever address stands behind it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from loopback import Answer, Loopback
from requirement import missing

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.http.guard import SocketAddress
from catalogue.errors import ProtocolViolation
from catalogue.model.harvest import HarvestSource
from catalogue.settings import Settings


class FixedClock:
    def now(self):
        return datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) for catalogue.example, its own authority."""
    if shutil.which("openssl") is None:
        missing("the program openssl")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=catalogue.example"
    more = ["-addext", "subjectAltName=DNS:catalogue.example", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *more], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def names():
    """Server names that clients asked for (SNI)."""
    return []


@pytest.fixture
def server(certificate, names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _, name, __: names.append(name)
    with Loopback(tls=context) as running:
        yield running


def ask(server, url, **settings):
    def resolver(host, port):
        return [SocketAddress(socket.AF_INET, ip_address("127.0.0.1"), ("127.0.0.1", server.port))]

    given = Settings(allow_hosts=("127.0.0.1",), retries=0, **settings)
    clients = HttpClientsOnRequests(given, FixedClock(), resolver=resolver)
    with clients.for_source(HarvestSource("s", url, "dcat_rdf")) as client:
        return client.get(url)


def test_the_name_of_the_url_is_asked_for_and_verified(server, names, certificate):
    server.on("/", Answer(b"x"))
    answer = ask(server, "https://catalogue.example/", ca_bundle=str(certificate[0]))
    assert (answer.url, answer.body) == ("https://catalogue.example/", b"x")
    assert names == ["catalogue.example"]
    assert server.asked[0].headers["host"] == "catalogue.example"


def test_a_certificate_for_another_name_is_refused(server, certificate):
    with pytest.raises(ProtocolViolation, match="certificate"):
        ask(server, "https://other.example/", ca_bundle=str(certificate[0]))
    assert server.asked == []


def test_an_authority_that_is_not_trusted_is_refused_and_the_environment_cannot_change_it(
    server, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with pytest.raises(ProtocolViolation) as caught:
        ask(server, "https://catalogue.example/")
    assert "PHAROS_CA_BUNDLE" in caught.value.advice
