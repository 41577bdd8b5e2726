"""A server process with scripted speech, and the telephone that rings it: one for most end-to-end tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import get, running_server
from tests.patience import PATIENCE_S, until

T = TypeVar("T")

SPEECH = {"NOVA_STT_WS_URL": "scripted:", "NOVA_TTS_WS_URL": "scripted:", "FLOWENGINE_MEANING": "off"}
"""Settings of a server that needs no models."""

PATIENT: Mapping[str, Any] = {"patience_s": PATIENCE_S}
"""How callers ring who do not give up because the machine is slow."""
OPENS: Mapping[str, Any] = {"open_timeout": PATIENCE_S, "ping_interval": None}
"""How WebSockets are opened to a server that may be as slow."""

FLOW = """
flow door "Door" inbound
  agent "Amy" of "Us"

outcome opened success
outcome sent_away
outcome hung_up

intent agree "yes"
  "yes" "yes please"

state hello
  say "Hello, shall I open?"
  listen 60s
    agree or press 1 -> open
    otherwise: again "Sorry?"
    otherwise 2: end sent_away
    silence: end sent_away

state open
  say "It is open." "Goodbye."
  end opened

anywhere
  hangup: end hung_up
"""

GREETING = "Hello, shall I open?"
GREETS = "Hello, shall I open this door for you now, or would you rather wait" + ", or come again" * 8 + "?"
"""Eight seconds, for whoever does something early in it."""
TALKS = "Hello, shall I open this door, or the one after it" + ", or the one after that" * 30 + "?"
"""Half a minute: long enough for whoever interrupts it, or leaves in the midst of it, on any machine."""
TALKER = FLOW.replace("flow door", "flow talker").replace(GREETING, TALKS)
GREETER = FLOW.replace("flow door", "flow greeter").replace(GREETING, GREETS)


@dataclass
class Service:
    """A server for several tests, and the loop that its telephone lives on."""

    runner: asyncio.Runner
    telephone: Telephone
    base: str

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def ring(self, *says: str, query: str = "flow=door", **more: Any) -> tuple[CallReport, dict[str, Any]]:
        async def main() -> tuple[CallReport, dict[str, Any]]:
            url = f"{self.base}/twilio/voice" + (f"?{query}" if query else "")
            report = await self.telephone.ring(url, parse(says), ScriptedSynthesiser(), **{**PATIENT, **more})
            return report, await self.ended(report.call_sid)

        return self.run(main())

    async def ended(self, sid: str) -> dict[str, Any]:
        """Its record, once it is over; {} of a call that never was one."""
        record: dict[str, Any] = {}

        async def is_over() -> bool:
            status, body = await get(f"{self.base}/api/call/{sid}")
            record.update(json.loads(body) if status == 200 else {})
            return status == 404 or record.get("ended_at") is not None

        await until(is_over, f"the end of {sid}")
        return record

    async def idle(self) -> None:
        """Until it has no call: one that is over in the record goes a moment later."""

        async def is_idle() -> bool:
            return bool(json.loads((await get(f"{self.base}/api/active-calls"))[1])["count"] == 0)

        await until(is_idle, "a service without a call")

    def voice(self, sid: str, *, query: str = "flow=door", **more: str) -> tuple[int, str]:
        form = {"CallSid": sid, "AccountSid": self.telephone.account.sid, "From": "+441134960123", **more}
        return self.run(self.telephone.account.post(f"{self.base}/twilio/voice?{query}", form))


@contextmanager
def service_of(flows: Path, **settings: str) -> Iterator[Service]:
    """A server for the flows of this folder, until the end of the context."""
    with asyncio.Runner() as runner:
        telephone = Telephone()
        runner.run(telephone.__aenter__())
        server = running_server(flows, telephone, env=SPEECH | settings)
        base = runner.run(server.__aenter__())
        try:
            yield Service(runner, telephone, base)
        finally:
            runner.run(server.__aexit__(None, None, None))
            runner.run(telephone.__aexit__())
