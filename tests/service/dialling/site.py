"""A place that makes calls, without audio: a real queue, dialler and REST client against the simulated Twilio.

Time is a clock that tests set. What `/twilio/voice` would start, a session, is over at once: what it came to is
scripted by number (`Site.sessions`). The webhooks come over HTTP, through a small server that does with them what
`flowengine/service/webhooks.py` does.
"""

from __future__ import annotations

import contextlib
import json
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flowengine.adapters.twilio import callbacks, twiml
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.compliance.policy import Policy
from flowengine.errors import StoreError
from flowengine.service.dialling.dialling import Carrier, Dialling, PickedUp
from flowengine.service.dialling.orders import Orders
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.service.library import FlowLibrary
from flowengine.store.attempts import AbandonedShare, Attempts
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, Attempt, NewCall, Pace, QueuedCall
from flowengine.store.rows import CallEnd, CallStart, Entry
from flowengine.store.store import Store
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Line

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OURS, ANN, BOB, CAT = "+441134960124", "+447700900001", "+447700900002", "+447700900003"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = Policy(drama_numbers=True)
FLOW = """\
flow offers "An offer" outbound
  agent "Amy" of "Us"

contact
  name: text = "you"

outcome sold success
outcome declined
outcome removed suppress
outcome callback retry
outcome no_answer retry

slot callback_time: datetime
  ask "When?"
  again "When, please?"
  tries 2

state start
  say "Hello."
  end sold
"""


class Clock:
    """The time of a test."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.pass_(timedelta(seconds=seconds))

    def pass_(self, by: timedelta) -> None:
        self.time += by


class AtOnce(Executor):
    """Does what it is given where it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True, slots=True)
class Session:
    """What a session comes to: its outcome, slots, the moment of the first sound, how long it lasts, why it ended."""

    outcome: str = "sold"
    slots: dict[str, str] = field(default_factory=dict)
    abnormal: bool = False
    sound_s: float | None = 0.4
    lasts: timedelta = timedelta(seconds=30)
    reason: str = "flow ended"


class Site:
    """One process's dialling on a database. `port` 0 picks a free one for its webhooks."""

    def __init__(
        self,
        url: str,
        account: tuple[str, str],
        api_url: str,
        folder: Path,
        *,
        clock: Clock,
        port: int = 0,
        owner: str = "one",
        pace: Pace | None = None,
        settings: DiallingSettings | None = None,
        policy: Policy = POLICY,
        pool: Executor | None = None,
        pauses: bool = True,
    ) -> None:
        self.clock = clock
        self.sessions: dict[str, Session] = {}
        self.server = _Webhooks(self, port)
        self.database = Database.open(url, patience_s=60)
        self.store = Store(self.database)
        share = AbandonedShare(Attempts(self.database), monotonic=clock.monotonic)
        rules = CallRules(self.database, policy, caller_id=OURS, is_paused=share.is_too_high if pauses else None)
        self.queue = CallQueue(rules, pace or Pace())
        (folder / "offers.flow").write_text(FLOW, "utf-8")
        library = FlowLibrary(folder)
        library.refresh()
        self.dialling = Dialling(
            self.store,
            self.queue,
            library,
            TwilioRest(*account, api_url=api_url, placing_timeout_s=60),
            Orders(self.server.url, OURS, ring_s=25, longest_call_s=600),
            settings or DiallingSettings(),
            Carrier(has_room=lambda ringing: True, is_live=lambda attempt_id: False),
            owner=owner,
            pool=pool or AtOnce(),
            now=clock.now,
            monotonic=clock.monotonic,
            chance=lambda: 0.0,
        )
        self.server.start()

    def close(self) -> None:
        self.server.close()
        self.dialling.stop()
        self.database.close()

    def enqueue(self, call_id: str, number: str, **changes: Any) -> QueuedCall:
        answer = self.queue.enqueue(replace(NewCall(call_id, number, "offers"), **changes), self.clock.now())
        assert isinstance(answer, Accepted), answer
        return answer.call

    def dial(self) -> float:
        """Dial all that may be dialled at this moment; how long the dialler would sleep then."""
        while (pause := self.dialling.dialler.turn()) == 0:
            pass
        return pause

    def call(self, call_id: str) -> QueuedCall:
        call = self.queue.call(call_id)
        assert call is not None
        return call

    def attempts(self, call_id: str) -> list[Attempt]:
        return self.queue.attempts_of(call_id)

    def talk(self, attempt_id: str, call_sid: str, number: str, picked_up: PickedUp) -> None:
        """A whole session, as its record has it."""
        session = self.sessions.get(number)
        if session is None:
            return
        started = self.clock.now()
        self.store.write([CallStart(attempt_id, call_sid, picked_up.flow, "1", "outbound", started, OURS, number)])
        entries = [
            Entry(attempt_id, at, 0.5, "out", "SlotFilled", json.dumps({"name": name, "value": value}))
            for at, (name, value) in enumerate(session.slots.items(), 1)
        ]
        if session.sound_s is not None:
            entries.append(Entry(attempt_id, 0, session.sound_s, "out", "FirstSound", "{}"))
        end = CallEnd(attempt_id, started + session.lasts, session.outcome, session.reason, session.abnormal)
        assert self.store.write([*entries, end]) == []
        self.dialling.over(attempt_id)


class _Server(ThreadingHTTPServer):
    """Its end waits for the requests in hand: they use the database."""

    daemon_threads = False


class _Webhooks:
    """What Twilio asks of a site."""

    def __init__(self, site: Site, port: int) -> None:
        handler = _handler(site)
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            query = parse_qs(urlsplit(self.path).query)
            try:
                body = _answer(site, urlsplit(self.path).path, query["attempt"][0], form)
            except StoreError:
                self.send_error(503)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


def _answer(site: Site, path: str, attempt_id: str, form: dict[str, str]) -> str:
    match path:
        case "/twilio/voice":
            found = site.dialling.answered(attempt_id, form["CallSid"])
            if not isinstance(found, PickedUp):
                return twiml.refusal("Sorry.")
            site.talk(attempt_id, form["CallSid"], form["To"], found)
            url = f"ws://127.0.0.1:{site.server.port}/twilio/stream"
            return twiml.connect(stream_url=url, action_url=url, status_url=url, token="token")
        case "/twilio/status-callback":
            told = callbacks.parse_status(form)
            site.store.add_status(told.call_sid, told.sequence_number, told.status, json.dumps(form), site.clock.now())
            site.dialling.told(attempt_id, told.call_sid)
        case "/twilio/amd":
            site.dialling.verdict(attempt_id, form["AnsweredBy"])
    return ""


def ring(site: Site, exchange: Exchange, line: Line, *, call_id: str = "ann", number: str = ANN) -> None:
    """Queue a call, make it, and wait until the last is told of it."""
    exchange.script(number, line)
    site.enqueue(call_id, number)
    site.dial()
    exchange.until(lambda: exchange.over(number))


@contextlib.contextmanager
def site_on(url: str, folder: Path, **options: Any) -> Iterator[tuple[Site, Exchange]]:
    """A site and its Twilio, on one clock; ringing and talking take no time."""
    clock = options.pop("clock", None) or Clock()
    with Exchange(speed=math.inf, calls_a_second=None, now=clock.now) as exchange:
        account = (exchange.account.sid, exchange.account.auth_token)
        site = Site(url, account, exchange.rest.url, folder, clock=clock, **options)
        try:
            yield site, exchange
        finally:
            site.close()
