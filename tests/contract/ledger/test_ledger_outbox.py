"""The outbox: written with what it speaks of, sent at least once, told apart by its key; on every engine."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from ledger_kit import LEASE, StillClock, source

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.errors import ConfigurationError, RetryableError, SourceGone
from catalogue.harvesting.notices import NoticeRules, announce, deliver, forget
from catalogue.model.harvest import RunRequest, RunState
from catalogue.model.notices import Notice, NoticeKind, NoticeState
from catalogue.model.sources import NoticeTarget

OPS, DATA = "mailto:ops@catalogue.example", "mailto:data@clinic.example"
RULES = NoticeRules("https://catalogue.example", (NoticeTarget(OPS),))
HOLD = timedelta(minutes=5)


class Sender:
    """Takes what it is given, or fails as it is told."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[Notice] = []
        self._failures = list(failures)

    def send(self, notice: Notice) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.sent.append(notice)


def end(ledger: SqlLedger, state: RunState) -> str:
    run = ledger.enqueue("a", RunRequest())
    claim = ledger.claim("worker", LEASE, run.run_id)
    assert claim is not None
    return ledger.finish(claim.token, state, reason="It answers 500.").run_id


def begin(ledger: SqlLedger) -> None:
    ledger.add_source(source("a", notices=(NoticeTarget(DATA),)), by="ada")


def told(ledger: SqlLedger) -> list[tuple[str, str]]:
    """(kind, target) of every notice, oldest first."""
    return [(e.notice.kind.value, e.notice.target.to) for e in reversed(ledger.notices())]


def test_a_change_of_state_is_told_once_to_everyone(ledger: SqlLedger) -> None:
    begin(ledger)
    assert announce(ledger, RULES) == 0
    for state in (RunState.COMPLETED, RunState.FAILED):
        end(ledger, state)
        announce(ledger, RULES)
        announce(ledger, RULES)
    for state in (RunState.FAILED, RunState.CANCELLED, RunState.FAILED):
        end(ledger, state)
        announce(ledger, RULES)
    end(ledger, RunState.WITH_ERRORS)
    announce(ledger, RULES)
    end(ledger, RunState.HELD)
    announce(ledger, RULES)
    assert told(ledger) == [
        (kind, target) for kind in ("failing", "recovered", "held") for target in (OPS, DATA)
    ]


def test_what_happened_while_nobody_looked_is_told_as_it_stands_now(ledger: SqlLedger) -> None:
    begin(ledger)
    for state in (RunState.FAILED, RunState.COMPLETED, RunState.FAILED):
        end(ledger, state)
    announce(ledger, RULES)
    assert told(ledger) == [("failing", OPS), ("failing", DATA)]


def test_a_notice_says_which_run_and_why(ledger: SqlLedger) -> None:
    begin(ledger)
    run_id = end(ledger, RunState.FAILED)
    announce(ledger, RULES)
    notice = ledger.notices()[0].notice
    assert notice.facts["run"]["id"] == run_id  # type: ignore[index]
    assert f"https://catalogue.example/runs/{run_id}\n" in notice.text
    assert "Why: It answers 500.\n" in notice.text


def test_two_that_announce_at_once_write_one_notice(ledger: SqlLedger, ledger_url: str) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    before = ledger.condition("a")
    others = [open_ledger(ledger_url, StillClock()) for _ in range(4)]
    barrier = threading.Barrier(4)

    def run(one: SqlLedger) -> None:
        barrier.wait(30)
        announce(one, RULES)

    threads = [threading.Thread(target=run, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for other in others:
        other.close()
    assert told(ledger) == [("failing", OPS), ("failing", DATA)]
    assert not ledger.announce(before, replace(before, announced_run="x"), [])


def test_what_is_announced_survives_a_restart_and_is_delivered_once(
    ledger: SqlLedger, ledger_url: str, clock: StillClock
) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, RULES)
    again = open_ledger(ledger_url, clock)
    sender = Sender()
    assert announce(again, RULES) == 0
    assert deliver(again, {"mailto": sender}, clock) == 2
    assert deliver(ledger, {"mailto": sender}, clock) == 0
    assert [notice.target.to for notice in sender.sent] == [OPS, DATA]
    assert {(e.state, e.attempts, e.delivered_at) for e in again.notices()} == {
        (NoticeState.DELIVERED, 1, clock.now())
    }
    again.close()


def test_who_dies_while_sending_is_followed_by_another_with_the_same_key(
    ledger: SqlLedger, clock: StillClock
) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, NoticeRules(RULES.base))
    (taken,) = ledger.take_due_notices(5, HOLD)
    assert ledger.take_due_notices(5, HOLD) == []
    clock.pass_by(minutes=5)
    sender = Sender()
    assert deliver(ledger, {"mailto": sender}, clock) == 1
    assert [notice.key for notice in sender.sent] == [taken.notice.key]
    assert ledger.notices()[0].attempts == 2


def test_a_failed_delivery_is_tried_ever_later_and_given_up_after_two_days(
    ledger: SqlLedger, clock: StillClock
) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, NoticeRules(RULES.base))
    sender = Sender(*[RetryableError("The mail server is busy.")] * 100)
    begun, tries = clock.now(), []
    while (entry := ledger.notices()[0]).state is NoticeState.WAITING:
        assert entry.next_try_at is not None
        clock.time = max(clock.time, entry.next_try_at)
        tries.append((clock.now() - begun) // timedelta(minutes=1))
        deliver(ledger, {"mailto": sender}, clock)
    assert tries[:8] == [0, 1, 3, 7, 15, 31, 63, 127]
    assert tries[-1] <= 48 * 60 < tries[-1] + 6 * 60
    assert entry.state is NoticeState.GIVEN_UP
    assert (entry.reason, sender.sent) == ("The mail server is busy.", [])
    assert ledger.events()[0][1:] == ("notice-given-up", "notices", "a", "The mail server is busy.")


def test_a_missing_setting_is_waited_for(ledger: SqlLedger, clock: StillClock) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, NoticeRules(RULES.base))
    sender = Sender(ConfigurationError("No mail server is set."))
    assert deliver(ledger, {"mailto": sender}, clock) == 0
    assert ledger.notices()[0].state is NoticeState.WAITING
    clock.pass_by(minutes=1)
    assert deliver(ledger, {"mailto": sender}, clock) == 1


def test_a_receiver_that_is_gone_is_given_up_and_holds_nobody_up(
    ledger: SqlLedger, clock: StillClock
) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, RULES)
    sender = Sender(SourceGone("Nobody listens there."))
    assert deliver(ledger, {"mailto": sender}, clock) == 1
    assert [e.state for e in ledger.notices()] == [NoticeState.DELIVERED, NoticeState.GIVEN_UP]


def test_what_was_settled_long_ago_is_forgotten(ledger: SqlLedger, clock: StillClock) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, RULES)
    deliver(ledger, {"mailto": Sender()}, clock)
    end(ledger, RunState.HELD)
    announce(ledger, RULES)
    clock.pass_by(days=31)
    assert forget(ledger, clock) == 2
    assert told(ledger) == [("held", OPS), ("held", DATA)], "those still wait"


def test_notices_of_one_source_are_listed(ledger: SqlLedger) -> None:
    begin(ledger)
    end(ledger, RunState.FAILED)
    announce(ledger, RULES)
    assert len(ledger.notices("a")) == 2
    assert ledger.notices("b") == []
    assert len(ledger.notices(limit=1)) == 1
    assert ledger.notices()[0].notice.kind is NoticeKind.FAILING
