"""A simulated Twilio in a process of its own, and how a test talks to it: it outlives the server that is killed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from flowengine.errors import FlowEngineError
from flowengine.testing.twilio.account import Account
from flowengine.testing.twilio.control import ControlRefused
from flowengine.testing.twilio.lines import Line, PlacingTrouble


class SimulatorNotReady(FlowEngineError):
    """The simulator did not start, or is gone."""


class RemoteExchange:
    """The simulator at this address; what it counts goes on while servers come and go.

    All raise ControlRefused for what it does not understand, and SimulatorNotReady when it is gone.
    """

    def __init__(self, account: Account, url: str) -> None:
        self.account = account
        self.url = url

    def script(self, number: str, *lines: Line) -> None:
        """How this number behaves, a line a ring; the last one stays."""
        self._ask("/lines", {"number": number, "lines": lines})

    def trouble(self, *troubles: PlacingTrouble) -> None:
        """What goes wrong with the next orders, one each."""
        self._ask("/troubles", troubles)

    def hang_up(self, call_sid: str) -> None:
        """The person who was called hangs up."""
        self._ask("/hang-up", {"call_sid": call_sid})

    def state(self) -> dict[str, Any]:
        """`rung` by number, `calls` as Twilio shows them, `happened` in order, how many `orders`."""
        return self._ask("", None)

    def rung(self, number: str) -> int:
        """How often this number was dialled."""
        return int(self.state()["rung"].get(number, 0))

    def _ask(self, path: str, body: object) -> dict[str, Any]:
        data = None if body is None else msgspec.json.encode(body)
        request = urllib.request.Request(f"{self.url}/simulator{path}", data)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                state: dict[str, Any] = json.load(answer)
                return state
        except urllib.error.HTTPError as error:
            with error:
                raise ControlRefused(json.load(error)["detail"]) from error
        except OSError as error:
            raise SimulatorNotReady(f"the simulator does not answer ({error})") from error


@contextlib.contextmanager
def simulator(
    *,
    speed: float = 1.0,
    calls_a_second: float = 1.0,
    account: Account | None = None,
    port: int = 0,
    says: Sequence[str] = (),
    speech: str | None = None,
) -> Iterator[RemoteExchange]:
    """`flowengine twilio simulate` in a process of its own, ready. Raises SimulatorNotReady.

    `says`, `speech`: whoever answers talks, as with its options of these names.
    """
    account = account or Account()
    words = ["--port", str(port), "--account", account.sid, "--token", account.auth_token]
    words += ["--speed", str(speed), "--calls-a-second", str(calls_a_second)]
    words += [*(each for line in says for each in ("--say", line)), *([] if speech is None else ["--speech", speech])]
    process = subprocess.Popen(
        [sys.executable, "-m", "flowengine", "twilio", "simulate", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        yield RemoteExchange(account, _address(process))
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        name, _, value = line.strip().partition("=")
        if name == "FLOWENGINE_TWILIO_API_URL":
            return value
    raise SimulatorNotReady("the simulator did not start; what it said is on standard error")
