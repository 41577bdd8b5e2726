"""`flowengine twilio simulate` with a voice: people who answer open the stream, talk by a script, and are told of."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

import click
import msgspec

from flowengine.adapters.registry import synthesiser_from
from flowengine.adapters.twilio.callbacks import ENDS
from flowengine.cli.stopping import when_told
from flowengine.testing.paint import Painter
from flowengine.testing.twilio.account import Account
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Answers, Line
from flowengine.testing.twilio.orders import first
from flowengine.testing.twilio.report_text import one_call
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.server import kept
from flowengine.testing.twilio.speech_only import keep_to_speech
from flowengine.testing.twilio.story import Record

LOOK_S = 0.2
SETTLES_S = 1.0
"""The report of a call is whole so soon after its end."""
WIDEST = 110


async def stand_in(
    account: Account,
    *,
    port: int,
    calls_a_second: float | None,
    says: tuple[str, ...],
    tts_url: str,
    scripts: Mapping[str, Sequence[Line]],
    ready: Callable[[Exchange], None],
    api_key: str | None = None,
) -> None:
    """Until told to stop. `says` is what people say whose line has no words of its own; `tts_url` "" is the embedded
    voice, `api_key` opens the server's records. Raises OSError for a port that is taken, ScriptError for a cue that
    cannot be read."""
    parse(says)
    for lines in scripts.values():
        for line in lines:
            parse(line.says or () if isinstance(line, Answers) else ())
    stop = asyncio.Event()
    when_told(stop.set, signal.SIGINT, signal.SIGTERM)
    voice = synthesiser_from(tts_url or None)
    try:
        async with Telephone(account, rest_port=port, voice=voice, calls_a_second=calls_a_second) as telephone:
            exchange = telephone.exchange
            exchange.default = Answers(says=says)
            for number, lines in scripts.items():
                exchange.script(number, *(_with_words(line, says) for line in lines))
            ready(exchange)
            await _tell(telephone, stop, api_key)
    finally:
        await voice.close()


def _with_words(line: Line, says: tuple[str, ...]) -> Line:
    """Whoever stays on the line talks; who hangs up at once, or has words of their own, does that."""
    if isinstance(line, Answers) and line.says is None and line.talks_s is None:
        return msgspec.structs.replace(line, says=says)
    return line


async def _tell(telephone: Telephone, stop: asyncio.Event, api_key: str | None) -> None:
    """Print each call when it is over."""
    told: set[str] = set()
    paint = Painter(sys.stdout.isatty())
    while not stop.is_set():
        for sid, report in tuple(telephone.reports.items()):
            if sid in told or telephone.rest.calls[sid] not in ENDS:
                continue
            told.add(sid)
            await asyncio.sleep(SETTLES_S)
            call = telephone.rest.book.placed[sid]
            record = await record_of(call, api_key)
            keep_to_speech(report, record)
            width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
            click.echo(f"\n{sid} to {call.to}\n{one_call(report, record, paint, width)}")
            sys.stdout.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await stop.wait()


async def record_of(call: PlacedCall, api_key: str | None) -> Record | None:
    """The record of the server that has placed this call; the order's webhook says where that is."""
    return await kept(first(call.order, "Url").partition("/twilio/")[0], call.sid, api_key)
