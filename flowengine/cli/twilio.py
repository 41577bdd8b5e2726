"""`flowengine twilio`: see and set where an account's numbers lead; `simulate` stands in for Twilio altogether."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowengine.cli.stopping import Told

if TYPE_CHECKING:
    from flowengine.adapters.twilio.pointing import Change, Webhooks
    from flowengine.adapters.twilio.rest import TwilioRest
    from flowengine.service.settings import Settings
    from flowengine.testing.twilio.account import Account
    from flowengine.testing.twilio.exchange import Exchange
    from flowengine.testing.twilio.lines import Line


@click.group()
def command() -> None:
    """Set up the numbers of a Twilio account, or stand in for Twilio.

    The account is the one of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, in the environment or in .env.
    """


@command.command()
@click.option("--dry-run", is_flag=True, help="Show what would be set, and set nothing.")
def sync(dry_run: bool) -> None:
    """Have Twilio turn to this server when one of its numbers rings.

    For each number of FLOWENGINE_NUMBERS, and TWILIO_DEFAULT_FROM: the voice webhook becomes
    SERVER_BASE_URL/twilio/voice, the status callback SERVER_BASE_URL/twilio/status-callback. What is right already is
    left alone, so that it can be run as often as one likes. A ?flow=… behind the voice webhook stays on a number that
    FLOWENGINE_NUMBERS does not list.

    The exit status is 1 when a number could not be set.

    Example: flowengine twilio sync --dry-run
    """
    from flowengine.adapters.twilio.pointing import webhooks

    settings = _settings()
    base = _public_address(settings)
    numbers = list(dict.fromkeys([*settings.numbers, *filter(None, [settings.twilio_default_from])]))
    if not numbers:
        raise click.ClickException(
            "no number is set: name them in FLOWENGINE_NUMBERS=+441134960124=reception, or TWILIO_DEFAULT_FROM"
        )
    twilio = _client(settings)
    results = [_synced(twilio, number, webhooks(base), settings, dry_run=dry_run) for number in numbers]
    if not all(results):
        sys.exit(1)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def numbers(as_json: bool) -> None:
    """List the account's numbers, where they lead, and the caller ids that it may show besides.

    Example: flowengine twilio numbers
    """
    settings = _settings()
    twilio = _client(settings)
    account, rented, verified = twilio.account(), twilio.own_numbers(), twilio.verified_callers()
    if as_json:
        listed: list[dict[str, Any]] = [
            {
                "number": each.number,
                "voice_url": each.voice_url,
                "status_url": each.status_url,
                "voice_sid": each.voice_sid or None,
                "flow": settings.numbers.get(each.number),
            }
            for each in rented
        ]
        facts = {"status": account.status, "type": account.kind, "numbers": listed, "verified_caller_ids": verified}
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"account  {account.status}, {account.kind}")
    for each in rented:
        click.echo(f"{each.number}  flow: {settings.numbers.get(each.number, 'none')}")
        click.echo(f"  voice   {each.voice_sid or each.voice_url or 'none'}")
        click.echo(f"  status  {each.status_url or 'none'}")
    for number in verified:
        click.echo(f"{number}  a caller id only")
    if not rented and not verified:
        click.echo("no numbers; rent one with voice in Twilio's console")


@command.command()
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="Of its REST API.")
@click.option("--account", metavar="SID", help="The account's SID. [default: from the settings, or made up]")
@click.option("--token", help="The account's token. [default: from the settings, or made up]")
@click.option("--speed", default=1.0, show_default=True, help="Simulated seconds a real one; inf: ringing takes none.")
@click.option("--calls-a-second", default=1.0, show_default=True, help="So many begin, the rest is queued; 0: all.")
@click.option(
    "--lines",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='How numbers behave: JSON like {"+441134960777": [{"kind": "busy"}, {"kind": "answers", "talks_s": 20}]}.',
)
@click.option("--say", "says", multiple=True, help="What people say who answer: a line, or a cue, as in `call`.")
@click.option(
    "--speech",
    metavar="local|scripted|STT,TTS",
    help="Whoever answers talks, in audio: with this voice. [default with --say: local; else nobody talks]",
)
@click.option(
    "--api-key", help="A key to the server's API, for its records of the talks. [default: FLOWENGINE_API_KEY]"
)
def simulate(
    port: int,
    account: str | None,
    token: str | None,
    speed: float,
    calls_a_second: float,
    lines: Path | None,
    says: tuple[str, ...],
    speech: str | None,
    api_key: str | None,
) -> None:
    """Stand in for Twilio on this machine: orders of calls are taken, numbers ring, and webhooks are sent.

    A server whose FLOWENGINE_TWILIO_API_URL names it places its calls here. /simulator shows what has happened, as
    JSON; posts to /simulator/lines, /simulator/troubles and /simulator/hang-up change what happens next.

    With --say, or --speech, whoever answers opens the media stream and talks, in real time; each call is printed when
    it is over, with the words of the server's record where its API gives it. A --say is spoken once the agent has
    finished; cues like (press 1) and (hangs up) are those of `flowengine call`, which rings a flow the other way
    round. A voicemail plays its greeting and a beep.

    Without them a call that is answered opens no stream, so the server takes it for abandoned: two of those pause all
    its dialling (A2). Give "talks_s": 0, or a kind that is not answered, to go on.

    The kinds of lines are answers, voicemail, busy, noanswer, fails and rejected (docs/howto/simulate-a-call.md has
    their fields).

    Example: flowengine twilio simulate --say "yes please"
    """
    from flowengine.testing.twilio.account import Account
    from flowengine.testing.twilio.control import control
    from flowengine.testing.twilio.rest import PortTaken

    if not speed > 0 or calls_a_second < 0:
        raise click.UsageError("--speed is more than 0, and --calls-a-second is 0 or more")
    talks = bool(says) or speech is not None
    if talks and speed != 1:
        raise click.UsageError("people talk in real time: leave out --speed, or --say and --speech")
    settings = _settings(needed=False)
    made_up = Account()
    known = Account(
        account or settings.twilio_account_sid or made_up.sid, token or settings.twilio_auth_token or made_up.auth_token
    )
    scripts = {} if lines is None else _lines_of(lines)
    # A token that is set already belongs to a real account: it is not shown.
    shown = "… (as it is set)" if known.auth_token == settings.twilio_auth_token else known.auth_token

    def ready(exchange: Exchange) -> None:
        control(exchange)
        click.echo("A Twilio that runs here. Start the server with:\n")
        click.echo(f"TWILIO_ACCOUNT_SID={known.sid}")
        click.echo(f"TWILIO_AUTH_TOKEN={shown}")
        click.echo(f"FLOWENGINE_TWILIO_API_URL={exchange.rest.url}\n")
        click.echo(f"What has happened: {exchange.rest.url}/simulator")
        sys.stdout.flush()

    try:
        if talks:
            _talk(known, port, calls_a_second, says, speech or "local", scripts, ready, api_key or settings.api_key)
        else:
            _stay_silent(known, port, speed, calls_a_second, scripts, ready)
    except PortTaken as error:
        raise click.ClickException(f"port {port} cannot be opened; take another --port") from error


def _lines_of(file: Path) -> dict[str, list[Line]]:
    """Raises ClickException that names the file."""
    from flowengine.testing.twilio.control import ControlRefused, read_lines

    try:
        return read_lines(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: this cannot be read: it is not UTF-8 text") from error
    except OSError as error:
        raise click.ClickException(f"{file}: this cannot be read: {error.strerror}") from error
    except ControlRefused as error:
        raise click.ClickException(f"{file}: {error}") from error


def _talk(
    known: Account,
    port: int,
    calls_a_second: float,
    says: tuple[str, ...],
    speech: str,
    scripts: Mapping[str, Sequence[Line]],
    ready: Callable[[Exchange], None],
    api_key: str | None,
) -> None:
    from flowengine.cli.call import engines
    from flowengine.cli.standing_in import stand_in

    _, tts_url = engines(speech)
    asyncio.run(
        stand_in(
            known,
            port=port,
            calls_a_second=calls_a_second or None,
            says=says,
            tts_url=tts_url,
            scripts=scripts,
            ready=ready,
            api_key=api_key,
        )
    )


def _stay_silent(
    known: Account,
    port: int,
    speed: float,
    calls_a_second: float,
    scripts: Mapping[str, Sequence[Line]],
    ready: Callable[[Exchange], None],
) -> None:
    from flowengine.testing.twilio.exchange import Exchange

    stopped = Told()
    with Exchange(known, port=port, speed=speed, calls_a_second=calls_a_second or None) as exchange:
        for number, script in scripts.items():
            exchange.script(number, *script)
        ready(exchange)
        stopped.wait()


def _synced(twilio: TwilioRest, number: str, wanted: Webhooks, settings: Settings, *, dry_run: bool) -> bool:
    """Set one number right, and say so. False when it cannot be."""
    from flowengine.adapters.twilio.pointing import changes, kept

    found = twilio.find_number(number)
    if found is None:
        return _not_rented(twilio, number)
    if number not in settings.numbers:
        wanted = kept(found, wanted)
    planned = changes(found, wanted)
    needed = any(change.is_needed for change in planned)
    if needed and not dry_run:
        twilio.point(found.sid, voice_url=wanted.voice_url, status_url=wanted.status_url)
    click.echo(f"{number}  {('would be set' if dry_run else 'set') if needed else 'right already'}")
    for change in planned:
        click.echo(_line(change))
    if not found.has_voice:
        click.echo("  this number has no voice: calls to it cannot be answered")
    return found.has_voice


def _line(change: Change) -> str:
    if not change.is_needed:
        return f"  {change.what:<6}  {change.now}"
    return f"  {change.what:<6}  was  {change.was}\n  {'':<6}  now  {change.now}"


def _not_rented(twilio: TwilioRest, number: str) -> bool:
    if number in twilio.verified_callers():
        click.echo(f"{number}  a caller id only: it is not rented from Twilio, so calls to it do not come here")
        return True
    click.echo(
        f"{number}  not in this account: rent it in Twilio's console, or mend FLOWENGINE_NUMBERS, TWILIO_DEFAULT_FROM"
    )
    return False


def _settings(*, needed: bool = True) -> Settings:
    from flowengine.service.settings import Settings

    settings = Settings.from_env()
    if needed and not (settings.twilio_account_sid and settings.twilio_auth_token):
        raise click.ClickException(
            "no account is set: put TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and SERVER_BASE_URL into .env"
        )
    return settings


def _public_address(settings: Settings) -> str:
    """Where Twilio finds this server. A simulator on this machine finds an address of this machine."""
    if settings.server_base_url is None or not (settings.is_public or settings.twilio_api_url):
        raise click.ClickException(
            f"SERVER_BASE_URL is {settings.server_base_url}: Twilio cannot reach this machine by that; "
            "set the public address, like https://calls.example.com"
        )
    return settings.server_base_url


def _client(settings: Settings) -> TwilioRest:
    from flowengine.adapters.twilio.rest import TwilioRest

    return TwilioRest(
        settings.twilio_account_sid or "", settings.twilio_auth_token or "", api_url=settings.twilio_api_url
    )
