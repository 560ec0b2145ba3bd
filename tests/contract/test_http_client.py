"""The HttpClient port, over real sockets: what a harvester can rely on."""

from __future__ import annotations

import gzip
import threading
import time
from datetime import UTC, datetime

import pytest
from loopback import Answer, Loopback

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.errors import (
    AddressForbidden,
    ConfigurationError,
    LimitExceeded,
    ProtocolViolation,
    RetryableError,
)
from catalogue.model.harvest import HarvestSource, Validators
from catalogue.settings import Settings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TURTLE = b"<http://a.example/1> a <http://www.w3.org/ns/dcat#Dataset> .\n"


class FixedClock:
    def now(self):
        return NOW


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


@pytest.fixture
def other():
    with Loopback() as running:
        yield running


class Sleeper(list):
    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def sleeper():
    return Sleeper()


@pytest.fixture
def make(server, sleeper):
    """Clients for a source at the server; keywords are settings."""

    def clients(own=frozenset, secrets=None, **settings):
        given = {"allow_hosts": ("127.0.0.1",), **settings}
        return HttpClientsOnRequests(
            Settings(**given), FixedClock(), own_addresses=own, secrets=secrets, sleep=sleeper
        )

    return clients


def source_at(server, **more):
    return HarvestSource("s", server.url("/"), "dcat_rdf", **more)


@pytest.fixture
def client(make, server):
    with make().for_source(source_at(server)) as made:
        yield made


def test_an_answer_comes_whole_with_what_it_says_of_itself(client, server):
    headers = {"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 11:00:00 GMT"}
    server.on("/c", Answer(TURTLE, media_type="Text/Turtle; charset=UTF-8", headers=headers))
    answer = client.get(server.url("/c?page=1"), accept="text/turtle")
    assert (answer.url, answer.status, answer.body) == (server.url("/c?page=1"), 200, TURTLE)
    assert (answer.media_type, answer.charset) == ("text/turtle", "UTF-8")
    assert answer.validators == Validators('"v1"', "Tue, 24 Nov 2026 11:00:00 GMT")
    assert server.asked[0].headers["accept"] == "text/turtle"


def test_pharos_says_who_it_is_and_how_to_reach_its_operator(make, server):
    server.on("/", Answer(b"x"))
    with make(contact="mailto:catalogue@example.org").for_source(source_at(server)) as client:
        client.get(server.url("/"))
    agent = server.asked[0].headers["user-agent"]
    assert agent.startswith("Pharos/") and agent.endswith(" (+mailto:catalogue@example.org)")


def test_only_codings_that_are_understood_are_asked_for(client, server):
    server.on("/", Answer(gzip.compress(TURTLE), headers={"Content-Encoding": "gzip"}))
    assert client.get(server.url("/")).body == TURTLE
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_gzip_file_is_unpacked_and_its_media_type_forgotten(client, server):
    server.on("/dump.ttl.gz", Answer(gzip.compress(TURTLE), media_type="application/gzip"))
    answer = client.get(server.url("/dump.ttl.gz"))
    assert (answer.body, answer.media_type) == (TURTLE, None)


def test_validators_are_sent_and_not_modified_is_an_answer(client, server):
    server.on("/", Answer(status=304, headers={"ETag": '"v1"'}))
    answer = client.get(server.url("/"), validators=Validators('"v1"', "Tue, 24 Nov 2026 11:00:00 GMT"))
    assert answer.not_modified and answer.body == b""
    assert server.asked[0].headers["if-none-match"] == '"v1"'
    assert server.asked[0].headers["if-modified-since"] == "Tue, 24 Nov 2026 11:00:00 GMT"


def test_head_gives_headers_without_a_body(client, server):
    server.on("/", Answer(TURTLE, media_type="text/turtle"))
    answer = client.head(server.url("/"))
    assert (answer.body, answer.headers["content-length"]) == (b"", str(len(TURTLE)))


def test_head_of_a_document_above_the_limit_is_no_failure(make, server):
    server.on("/", Answer(b"x" * 5000))
    with make(max_document=1000).for_source(source_at(server)) as client:
        assert client.head(server.url("/")).status == 200


def test_post_sends_a_body(client, server):
    server.on("/sparql", lambda asked: Answer(asked.body, media_type=asked.headers["content-type"]))
    answer = client.post(
        server.url("/sparql"), b"ASK {}", content_type="application/sparql-query", accept="a/b"
    )
    assert (answer.body, answer.media_type) == (b"ASK {}", "application/sparql-query")
    assert (server.asked[0].method, server.asked[0].headers["accept"]) == ("POST", "a/b")


def test_no_cookie_is_kept(client, server):
    server.on("/", Answer(b"x", headers={"Set-Cookie": "a=b"}))
    client.get(server.url("/"))
    client.get(server.url("/"))
    assert "cookie" not in server.asked[1].headers


def test_connections_are_used_again(client, server):
    server.on("/", Answer(b"x"))
    server.on("/missing", Answer(b"gone", status=404))
    for _ in range(3):
        client.get(server.url("/"))
    with pytest.raises(Exception, match="404"):
        client.get(server.url("/missing"))
    client.get(server.url("/"))
    assert len({asked.headers.get("host") for asked in server.asked}) == 1
    assert server.connections == 1


# -- redirects --------------------------------------------------------------------------------------


def redirect(to, status=302):
    return Answer(status=status, headers={"Location": to})


def test_redirects_are_followed_and_the_answer_names_its_own_url(client, server):
    server.on("/old", redirect("new?x=1", 301))
    server.on("/new", Answer(TURTLE))
    assert client.get(server.url("/old")).url == server.url("/new?x=1")


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirected_post_keeps_its_body_only_where_the_status_says_so(client, server, status, method):
    server.on("/old", redirect("/new", status))
    server.on("/new", lambda asked: Answer(asked.method.encode() + b" " + asked.body))
    answer = client.post(server.url("/old"), b"q", content_type="text/plain")
    assert answer.body == method.encode() + b" " + (b"q" if method == "POST" else b"")


def test_a_circle_of_redirects_is_a_violation(client, server):
    server.on("/a", redirect("/b"))
    server.on("/b", redirect("/a"))
    with pytest.raises(ProtocolViolation, match="circle"):
        client.get(server.url("/a"))


def test_five_redirects_are_followed_and_a_sixth_is_not(client, server):
    for number in range(7):
        server.on(f"/{number}", redirect(f"/{number + 1}"))
    server.on("/end", Answer(b"x"))
    server.on("/5", redirect("/end"))
    assert client.get(server.url("/1")).status == 200
    with pytest.raises(LimitExceeded, match="5 redirects"):
        client.get(server.url("/0"))


def test_a_redirect_without_a_location_is_a_violation(client, server):
    server.on("/", Answer(status=302))
    with pytest.raises(ProtocolViolation, match="where to"):
        client.get(server.url("/"))


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://a.example/", "http://169.254.169.254/latest", "http://2130706433/"]
)
def test_every_hop_is_checked(client, server, to):
    server.on("/", redirect(to))
    with pytest.raises(AddressForbidden):
        client.get(server.url("/"))


# -- credentials ------------------------------------------------------------------------------------

BEARER = {"scheme": "bearer", "secret": "env:TOKEN"}


@pytest.fixture
def trusted(make, server):
    source = source_at(server, credentials=BEARER)
    with make(secrets={"TOKEN": "s3cret"}).for_source(source) as made:
        yield made


def test_credentials_go_to_the_source(trusted, server):
    server.on("/", Answer(b"x"))
    trusted.get(server.url("/"))
    assert server.asked[0].headers["authorization"] == "Bearer s3cret"


def test_credentials_are_dropped_on_a_redirect_elsewhere(trusted, server, other):
    server.on("/", redirect(other.url("/x")))
    other.on("/x", Answer(b"x"))
    trusted.get(server.url("/"))
    assert "authorization" in server.asked[0].headers
    assert "authorization" not in other.asked[0].headers


def test_credentials_do_not_go_to_another_host_that_is_asked_directly(trusted, other):
    other.on("/x", Answer(b"x"))
    trusted.get(other.url("/x"))
    assert "authorization" not in other.asked[0].headers


def test_credentials_are_never_logged(trusted, server, caplog):
    caplog.set_level("DEBUG")
    server.on("/", Answer(status=500), Answer(b"x"))
    trusted.get(server.url("/?access_token=s3cret"))
    assert caplog.records and "s3cret" not in "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("catalogue")
    )


def test_missing_credentials_stop_before_any_request(make, server):
    with (
        pytest.raises(ConfigurationError, match="env:TOKEN"),
        make().for_source(source_at(server, credentials=BEARER)),
    ):
        pass
    assert server.asked == []


# -- tries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(client, server, sleeper, status):
    server.on("/", Answer(status=status), Answer(status=status), Answer(TURTLE))
    assert client.get(server.url("/")).body == TURTLE
    assert 0.7 <= sum(sleeper) <= 1.5


def test_tries_end(make, server):
    server.on("/", Answer(status=500))
    with make(retries=2).for_source(source_at(server)) as client, pytest.raises(RetryableError, match="500"):
        client.get(server.url("/"))
    assert len(server.asked) == 3


@pytest.mark.parametrize("value", ["3", "Tue, 24 Nov 2026 12:00:03 GMT"])
def test_the_wait_that_the_server_asks_for_is_kept(client, server, sleeper, value):
    server.on("/", Answer(status=429, headers={"Retry-After": value}), Answer(b"x"))
    client.get(server.url("/"))
    assert sum(sleeper) == 3


def test_a_long_wait_is_left_to_the_next_run(client, server, sleeper):
    server.on("/", Answer(status=503, headers={"Retry-After": "3600"}))
    with pytest.raises(RetryableError) as caught:
        client.get(server.url("/"))
    assert caught.value.retry_after == 3600
    assert (len(server.asked), sleeper) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 410, 501])
def test_a_failure_that_stays_is_not_tried_again(client, server, status):
    server.on("/", Answer(status=status))
    with pytest.raises(Exception, match=str(status)):
        client.get(server.url("/"))
    assert len(server.asked) == 1


# -- politeness -------------------------------------------------------------------------------------


def test_one_request_at_a_time_goes_to_a_host(make, server):
    """Also when two runs of one process ask it."""
    server.on("/", Answer(b"x", delay=0.2))
    clients = make()

    def work():
        with clients.for_source(source_at(server)) as client:
            client.get(server.url("/"))

    threads = [threading.Thread(target=work) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started >= 0.6


# -- visitors, own parts, proxies -------------------------------------------------------------------


def test_an_allowance_is_for_registered_sources_never_for_visitors(make, server):
    server.on("/", Answer(b"x"))
    with make().for_visitor() as client, pytest.raises(AddressForbidden) as refused:
        client.get(server.url("/"))
    assert server.asked == []
    # What the operator allows to sources changes nothing here, so it is no advice.
    assert refused.value.advice == "Give the catalogue's public URL."


def test_our_own_parts_are_refused_though_they_are_allowed(make, server):
    clients = make(own=lambda: frozenset({("127.0.0.1", server.port)}))
    with clients.for_source(source_at(server)) as client, pytest.raises(AddressForbidden, match="itself"):
        client.get(server.url("/"))


def test_a_part_that_listens_everywhere_is_found_at_every_address_of_this_machine(make, server):
    clients = make(own=lambda: frozenset({("0.0.0.0", server.port)}))
    with clients.for_source(source_at(server)) as client, pytest.raises(AddressForbidden, match="itself"):
        client.get(server.url("/"))


def test_the_environment_does_not_choose_a_proxy(client, server, other, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, other.url(""))
    server.on("/", Answer(b"direct"))
    assert client.get(server.url("/")).body == b"direct"


def test_the_proxy_of_the_settings_carries_the_request(make, server, other):
    other.on(server.url("/x"), Answer(b"by proxy"))
    with make(proxy=other.url("")).for_source(source_at(server)) as client:
        assert client.get(server.url("/x")).body == b"by proxy"
    assert server.asked == []


def test_a_proxy_does_not_open_forbidden_addresses(make, server, other):
    with (
        make(proxy=other.url(""), allow_hosts=()).for_source(source_at(server)) as client,
        pytest.raises(AddressForbidden),
    ):
        client.get(server.url("/"))
    assert other.asked == []


def test_a_dead_proxy_is_named_as_the_cause(make, server):
    clients = make(proxy="http://127.0.0.1:1", retries=0)
    with clients.for_source(source_at(server)) as client, pytest.raises(RetryableError, match="proxy"):
        client.get(server.url("/"))


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"proxy": "nonsense"}, "PHAROS_PROXY"),
        ({"ca_bundle": "/does/not/exist.pem"}, "PHAROS_CA_BUNDLE"),
        ({"allow_hosts": ("http://x/",)}, "PHAROS_ALLOW_HOSTS"),
    ],
)
def test_settings_that_cannot_work_are_named(make, settings, variable):
    with pytest.raises(ConfigurationError, match=variable):
        make(**settings)


def test_settings_are_what_the_terms_come_from(make, server):
    server.on("/", Answer(b"x" * 2000))
    with (
        make(max_document=1000).for_source(source_at(server)) as client,
        pytest.raises(LimitExceeded, match="2,000"),
    ):
        client.get(server.url("/"))


def test_requests_pause_between_two(make, server, sleeper):
    server.on("/", Answer(b"x"))
    with make(request_delay=0.5).for_source(source_at(server)) as client:
        client.get(server.url("/"))
        client.get(server.url("/"))
    assert 0.3 < sum(sleeper) <= 0.5
