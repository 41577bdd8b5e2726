"""The simulated media stream against a small server of our own: real sockets, real time, short calls."""

from __future__ import annotations

import asyncio
import json

import pytest

from flowengine.adapters.scripted.code import decode, encode
from flowengine.testing.twilio.account import ServerRefused
from flowengine.testing.twilio.trouble import Trouble
from tests.testing.twilio.small_server import Talk, rung

TONE = encode("x")
"""80 ms of tones and their edges: 120 ms."""
LONG_S = 100
LONG = b"\x80" * 8000 * LONG_S
"""Never heard to its end."""


async def started(talk: Talk) -> None:
    await talk.until(lambda: talk.of("start"))


async def listen_until_the_end(talk: Talk) -> None:
    while True:
        await talk.read()


async def speak_and_hang_up(talk: Talk) -> None:
    """The shortest call that goes well."""
    await started(talk)
    await talk.play(TONE)
    await talk.mark("end")
    await talk.until(talk.marks)
    talk.hang_up()
    await listen_until_the_end(talk)


def test_a_stream_begins_as_twilios_does() -> None:
    async def agent(talk: Talk) -> None:
        await talk.until(lambda: len(talk.of("media")) >= 3)

    report, server = rung(agent)
    connected, start, *media = server.talk.came
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["start"]["callSid"] == report.call_sid
    assert start["start"]["customParameters"] == {"token": "token"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert [message["sequenceNumber"] for message in (start, *media)] == [str(n + 1) for n in range(len(media) + 1)]
    assert [message["media"]["chunk"] for message in media] == [str(n + 1) for n in range(len(media))]
    assert all(isinstance(message["media"]["timestamp"], str) for message in media)
    assert set(server.talk.audio()) == {0xFF}


def test_media_is_paced_by_the_clock() -> None:
    async def agent(talk: Talk) -> None:
        await talk.until(lambda: len(talk.of("media")) >= 26)

    _, server = rung(agent)
    sent_ms = [int(message["media"]["timestamp"]) for message in server.talk.of("media")]
    # A machine that has other things to do sends a frame late; none is sent before its time.
    assert all(at >= 20 * number - 1 for number, at in enumerate(sent_ms))


def test_what_the_caller_says_arrives_as_audio_when_the_agent_has_finished() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(TONE)
        await talk.mark("end")
        await talk.until(lambda: decode(talk.audio()))
        await talk.until(lambda: talk.audio().endswith(b"\xff" * 1600))
        talk.hang_up()
        await listen_until_the_end(talk)

    report, server = rung(agent, ["yes"])
    assert decode(server.talk.audio()) == "yes"
    assert [line.text for line in report.caller] == ["yes"]
    assert report.caller[0].start >= report.agent[0].end
    assert report.caller[0].end - report.caller[0].start == pytest.approx(0.04 * 3 + 0.04, abs=0.03)
    assert (report.ended_by, report.unsaid) == ("agent", [])


def test_a_mark_comes_back_when_the_audio_before_it_has_been_played() -> None:
    waited: list[float] = []

    async def agent(talk: Talk) -> None:
        await started(talk)
        clock = asyncio.get_running_loop().time
        began = clock()
        await talk.play(b"\x80" * 2400)
        await talk.mark("after 0.3 s")
        await talk.until(talk.marks)
        waited.append(clock() - began)
        await talk.mark("nothing is waiting")
        await talk.until(lambda: len(talk.marks()) == 2)

    report, server = rung(agent)
    assert server.talk.marks() == ["after 0.3 s", "nothing is waiting"]
    assert waited[0] > 0.299
    assert report.marks_in_order


def test_a_clear_brings_back_all_marks_at_once_in_order() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        for name in ("one", "two", "three"):
            await talk.play(LONG)
            await talk.mark(name)
        await talk.clear()
        await talk.until(lambda: len(talk.marks()) == 3)

    report, server = rung(agent)
    assert server.talk.marks() == ["one", "two", "three"]
    assert report.clears == 1
    assert len(report.agent_audio) < len(LONG)


@pytest.mark.parametrize(
    ("message", "binary", "invalid"),
    [
        (b"\xff" * 160, 1, 0),
        ("not json", 0, 1),
        ('{"event": "audio_start", "streamSid": "SID"}', 0, 1),
        ('{"event": "clear", "streamSid": "SID", "reason": "barge-in"}', 0, 1),
        ('{"event": "clear", "streamSid": "MZ of somebody else"}', 0, 1),
        ('{"event": "media", "streamSid": "SID", "media": {"payload": "****"}}', 0, 1),
        ('{"event": "media", "streamSid": "SID", "media": {"payload": "/38=", "track": "outbound"}}', 0, 1),
        ('{"event": "media", "media": {"payload": "/38="}}', 0, 1),
        ('{"event": "mark", "streamSid": "SID", "mark": {"name": 7}}', 0, 1),
        ('["event"]', 0, 1),
    ],
)
def test_what_twilio_does_not_take_is_counted_and_not_heard(message: str | bytes, binary: int, invalid: int) -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        if isinstance(message, bytes):
            await talk.socket.send_bytes(message)
        else:
            await talk.socket.send_text(message.replace("SID", talk.stream_sid))
        await talk.mark("end")
        await talk.until(talk.marks)

    report, _ = rung(agent)
    assert (report.warned.binary_31950, report.warned.invalid_31951) == (binary, invalid)
    assert report.agent_audio == b""
    assert not report.is_clean


def test_audio_that_comes_too_late_leaves_a_gap() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(TONE)
        with pytest.raises(TimeoutError):
            await talk.until(lambda: False, at_most=1.0)
        await talk.play(TONE)
        await talk.mark("end")
        await talk.until(talk.marks)
        await talk.play(TONE)

    report, _ = rung(agent)
    assert len(report.gaps) == 1
    assert report.latest_frame > 0.1
    assert report.gaps[0].seconds == report.latest_frame


def test_an_agent_that_falls_silent_in_the_midst_of_a_sentence_is_heard_out() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(TONE)
        with pytest.raises(TimeoutError):
            await talk.until(lambda: decode(talk.audio()), at_most=1.5)
        await talk.play(TONE)
        await talk.mark("end")
        await talk.until(lambda: decode(talk.audio()))
        talk.hang_up()
        await listen_until_the_end(talk)

    report, _ = rung(agent, ["yes"])
    assert report.caller[0].start >= report.agent[-1].end
    assert len(report.gaps) == 1


def test_a_key_is_pressed_and_a_caller_who_hangs_up_says_so() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(TONE)
        await talk.mark("end")
        await listen_until_the_end(talk)

    report, server = rung(agent, ["(press 12)", "(hangs up)", "too late"])
    assert [message["dtmf"] for message in server.talk.of("dtmf")] == [
        {"track": "inbound_track", "digit": "1"},
        {"track": "inbound_track", "digit": "2"},
    ]
    assert server.talk.of("stop")[0]["stop"]["callSid"] == report.call_sid
    assert server.talk.close_code == 1000
    assert (report.ended_by, report.unsaid) == ("caller", ["too late"])


def test_a_caller_can_leave_in_the_middle_of_the_agents_words() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(LONG)
        await listen_until_the_end(talk)

    report, _ = rung(agent, ["(hangs up after 0.2s)"])
    assert report.ended_by == "caller"
    assert len(report.caller_audio) < len(LONG)


def test_a_line_that_breaks_says_nothing() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await listen_until_the_end(talk)

    _, server = rung(agent, ["(drops)"])
    # No close frame came: uvicorn's word for that is 1005.
    assert server.talk.close_code in (1005, 1006)
    assert server.talk.of("stop") == []


def test_a_caller_whose_agent_is_silent_gives_up() -> None:
    report, _ = rung(listen_until_the_end, ["hello?"], patience_s=0.3)
    assert report.problems == ["the agent said nothing for 0.3 s"]
    assert report.unsaid == ["hello?"]


def test_a_caller_talks_over_the_agent() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(LONG)
        await talk.mark("never heard to its end")
        await talk.until(lambda: decode(talk.audio()))
        await talk.clear()
        await talk.until(talk.marks)
        talk.hang_up()
        await listen_until_the_end(talk)

    report, _ = rung(agent, ["(interrupts after 0.2s) no"])
    assert 0.2 <= report.caller[0].start < LONG_S
    assert report.clears == 1
    assert len(report.agent_audio) < len(LONG)


def test_a_key_is_pressed_while_the_agent_does_not_fall_silent() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(LONG)
        await listen_until_the_end(talk)

    report, _ = rung(agent, ["(interrupts after 0.3s) (press 0)", "(hangs up after 0.1s)"])
    assert [spoken.text for spoken in report.caller] == ["(pressed 0)"]
    assert 0.3 <= report.caller[0].start < LONG_S
    assert report.unsaid == []


def test_marks_can_be_late_or_lost() -> None:
    waited: list[float] = []

    async def agent(talk: Talk) -> None:
        await started(talk)
        clock = asyncio.get_running_loop().time
        began = clock()
        await talk.mark("lost")
        await talk.mark("late")
        await talk.until(talk.marks)
        waited.append(clock() - began)

    report, server = rung(agent, trouble=Trouble(lost_marks=1, mark_delay_s=0.4))
    assert server.talk.marks() == ["late"]
    assert waited[0] > 0.399
    assert report.marks_asked == ["lost", "late"]
    assert report.marks_in_order


def test_a_mute_line_sends_no_media() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.play(b"\x80" * 8000)
        await talk.mark("a second later")
        await talk.until(talk.marks)
        talk.hang_up()

    _, server = rung(agent, trouble=Trouble(mute_after_s=0.2))
    # Ten frames of 20 ms, and the one that is due in that moment.
    assert 1 <= len(server.talk.of("media")) <= 11


def test_a_deaf_line_hears_nothing_and_goes_on() -> None:
    async def agent(talk: Talk) -> None:
        await started(talk)
        await talk.until(lambda: len(talk.of("media")) >= 20)
        await talk.play(TONE)
        await talk.mark("unheard")
        with pytest.raises(TimeoutError):
            await talk.until(talk.marks, at_most=0.3)
        talk.hang_up()

    report, _ = rung(agent, trouble=Trouble(deaf_after_s=0.0))
    assert report.agent_audio == b""


def test_nonsense_comes_after_the_start() -> None:
    nonsense = (b"\x00\x01", "not json", json.dumps({"event": "surprise"}))

    async def agent(talk: Talk) -> None:
        await talk.until(lambda: talk.of("surprise"))

    _, server = rung(agent, trouble=Trouble(nonsense=nonsense))
    assert server.talk.unreadable == [b"\x00\x01", "not json"]


def test_a_stream_that_never_starts_sends_only_its_greeting() -> None:
    async def agent(talk: Talk) -> None:
        await talk.until(lambda: talk.came)
        with pytest.raises(TimeoutError):
            await talk.until(lambda: len(talk.came) > 1, at_most=0.3)
        await talk.socket.close(1008)

    report, server = rung(agent, trouble=Trouble(no_start=True))
    assert [message["event"] for message in server.talk.came] == ["connected"]
    assert report.problems == ["the server closed the stream with 1008"]


def test_a_stream_can_start_with_a_token_that_nobody_issued() -> None:
    _, server = rung(started, trouble=Trouble(wrong_token=True))
    assert server.talk.of("start")[0]["start"]["customParameters"]["token"] != "token"


def test_a_badly_signed_upgrade_is_refused_by_whoever_checks() -> None:
    with pytest.raises(ServerRefused, match="403"):
        rung(started, trouble=Trouble(bad_upgrade_signature=True))
