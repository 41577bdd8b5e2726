"""A queued call is made by a real server: the person answers, the flow talks, and what they say has consequences."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.service.policy_settings import policy_from
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, NewCall, Pace, QueuedCall, Refused
from flowengine.store.store import Store
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.lines import Answers, Busy, Callbacks, Voicemail
from flowengine.testing.twilio.remote import RemoteExchange, simulator
from flowengine.testing.twilio.server import running_server
from tests.end_to_end.running import SPEECH
from tests.patience import PATIENCE_S

OURS, ANN, BOB, CAT = "+441134960124", "+447700900001", "+447700900002", "+447700900003"
FLOW = """\
flow offers "An offer" outbound
  agent "Amy" of "Us"

contact
  name: text = "you"

outcome sold success
outcome declined
outcome removed suppress
outcome no_answer retry
outcome hung_up

intent agree "yes"
  "yes" "yes please"

intent opt_out protective "no more calls"
  "stop calling me"

state hello
  say "Hello {{ contact.name }}, this is an automated call. Shall I send it?"
  listen 60s
    agree -> sent
    opt_out -> removed
    otherwise: again "Sorry?"
    otherwise 2: end declined
    silence: end declined

state sent
  say "It is on its way. Goodbye."
  end sold

state removed
  say "I have taken you off our list. Goodbye."
  end removed

anywhere
  machine: end no_answer
  hangup: end hung_up
"""
RULES = {
    "FLOWENGINE_WEEKDAY_HOURS": "00:00-23:59",
    "FLOWENGINE_WEEKEND_HOURS": "00:00-23:59",
    "FLOWENGINE_BANK_HOLIDAYS": "on",
    "FLOWENGINE_DRAMA_NUMBERS": "on",
}
"""At any hour, since tests are run at any hour."""
POLICY = policy_from(RULES)


@dataclass
class Outbound:
    """A server that makes calls, the people it calls, and its record."""

    telephone: Telephone
    base: str
    queue: CallQueue
    store: Store

    def enqueue(self, call_id: str, number: str) -> Accepted | Refused:
        answer = self.queue.enqueue(NewCall(call_id, number, "offers", '{"name": "Ann"}'), datetime.now(UTC))
        assert isinstance(answer, Accepted | Refused)
        return answer

    async def settled(self, call_id: str) -> QueuedCall:
        """The call once its first attempt has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            attempts = await asyncio.to_thread(self.queue.attempts_of, call_id)
            if attempts and attempts[0].state == "ended":
                call = self.queue.call(call_id)
                assert call is not None
                return call
            await asyncio.sleep(0.1)
        raise TimeoutError(call_id)


def outbound(folder: Path, act: Callable[[Outbound], Awaitable[None]]) -> None:
    async def main() -> None:
        flows = folder / "flows"
        flows.mkdir()
        (flows / "offers.flow").write_text(FLOW, "utf-8")
        url = f"sqlite:///{folder}/record.db"
        env = {**RULES, **SPEECH, "TWILIO_DEFAULT_FROM": OURS, "FLOWENGINE_DATABASE_URL": url}
        async with (
            Telephone(voice=ScriptedSynthesiser(), calls_a_second=None) as telephone,
            running_server(flows, telephone, env=env) as base,
        ):
            with opened(url) as database:
                queue = CallQueue(CallRules(database, POLICY, caller_id=OURS), Pace())
                await act(Outbound(telephone, base, queue, Store(database)))

    asyncio.run(main())


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database.open(url, patience_s=PATIENCE_S)
    try:
        yield database
    finally:
        database.close()


def test_whoever_opts_out_is_listed_and_never_queued_again(tmp_path: Path) -> None:
    async def act(place: Outbound) -> None:
        place.telephone.exchange.script(ANN, Answers(rings_s=0.5, says=("stop calling me",)))
        assert isinstance(place.enqueue("ann", ANN), Accepted)
        call = await place.settled("ann")
        (attempt,) = place.queue.attempts_of("ann")
        assert (call.state, call.outcome) == ("ended", "removed")
        assert place.store.is_suppressed(ANN)
        record = place.store.call(attempt.attempt_id)
        assert record is not None
        assert (record.call_sid, record.direction, record.outcome) == (attempt.call_sid, "outbound", "removed")
        again = place.enqueue("ann again", ANN)
        assert isinstance(again, Refused)
        assert [reason.code for reason in again.decision.reasons] == ["DO_NOT_CALL"]
        assert place.telephone.exchange.rung == {ANN: 1}

    outbound(tmp_path, act)


def test_people_and_machines_and_engaged_lines(tmp_path: Path) -> None:
    async def act(place: Outbound) -> None:
        script = place.telephone.exchange.script
        script(ANN, Answers(rings_s=0.5, says=("yes please",)))
        script(BOB, Voicemail(rings_s=0.5))
        script(CAT, Busy(rings_s=0.5, callbacks=Callbacks(reversed=True, times=2)))
        for call_id, number in (("ann", ANN), ("bob", BOB), ("cat", CAT)):
            place.enqueue(call_id, number)
        ann, bob, cat = [await place.settled(each) for each in ("ann", "bob", "cat")]
        assert (ann.state, ann.outcome) == ("ended", "sold")
        (attempt,) = place.queue.attempts_of("bob")
        assert (attempt.outcome, attempt.answered_by) == ("no_answer", "machine_start")
        assert (bob.due_at - attempt.ended_at).total_seconds() == 24 * 3600 if attempt.ended_at else False
        assert (bob.state, cat.state, cat.waits_for) == ("waiting", "waiting", "RETRY")
        # Whether Ann had to wait for our first sound is the machine's affair.
        assert not any(each.abandoned for one in ("bob", "cat") for each in place.queue.attempts_of(one))
        assert place.telephone.exchange.rung == {ANN: 1, BOB: 1, CAT: 1}

    outbound(tmp_path, act)


class Elsewhere:
    """A simulator in a process of its own, as `running_server` wants it."""

    def __init__(self, remote: RemoteExchange) -> None:
        self.account = remote.account
        self.rest = self
        self.url = remote.url


def test_a_call_placed_at_the_simulator_of_the_command_line_is_answered_by_somebody_who_talks(tmp_path: Path) -> None:
    async def main() -> None:
        flows = tmp_path / "flows"
        flows.mkdir()
        (flows / "offers.flow").write_text(FLOW, "utf-8")
        url = f"sqlite:///{tmp_path}/record.db"
        env = {**RULES, **SPEECH, "TWILIO_DEFAULT_FROM": OURS, "FLOWENGINE_DATABASE_URL": url}
        with simulator(says=("yes please",), speech="scripted", calls_a_second=0) as remote:
            async with running_server(flows, Elsewhere(remote), env=env):  # type: ignore[arg-type]  # all that it needs
                with opened(url) as database:
                    queue = CallQueue(CallRules(database, POLICY, caller_id=OURS), Pace())
                    place = Outbound(None, "", queue, Store(database))  # type: ignore[arg-type]  # it is elsewhere
                    assert isinstance(place.enqueue("ann", ANN), Accepted)
                    call = await place.settled("ann")
        assert (call.state, call.outcome) == ("ended", "sold")

    asyncio.run(main())
