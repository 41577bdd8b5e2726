"""The models themselves, without the process around them."""

from __future__ import annotations

import pytest

from flowengine.adapters.local import packages

pytest.importorskip("numpy", reason="flowengine[local] is not installed")

import numpy as np

from flowengine.adapters.local.conversion import moonshine_files
from flowengine.adapters.local.endpointing import HOP_BYTES
from flowengine.adapters.local.moonshine import Moonshine, read_vocabulary
from flowengine.adapters.local.telephone import to_16_khz, to_samples
from flowengine.adapters.local.voice import LETTER_A, Voice
from flowengine.adapters.local.voice_activity import Ear, Piece, VoiceActivity
from flowengine.adapters.local.whisper import Whisper
from flowengine.conversation.aloud import aloud
from flowengine.conversation.phones import read_digits
from flowengine.conversation.reading import tokens
from flowengine.runtime.audio import SILENCE, frames

installed = packages.present(*packages.HEARING, *packages.SPEAKING, *packages.MOONSHINE)
with_models = pytest.mark.skipif(not installed, reason="flowengine[local] is not installed")
with_whisper = pytest.mark.skipif(not packages.present(*packages.WHISPER), reason="flowengine[digits] is not installed")


@pytest.fixture(scope="module")
def spoken() -> bytes:
    """A sentence, with quiet around it."""
    return SILENCE * 4000 + b"".join(Voice().speak("Call me tomorrow morning.")) + SILENCE * 4000


def test_tokens_are_read_with_one_or_two_bytes_of_length() -> None:
    long = b"x" * 300
    raw = b"\x02ab" + b"\x00" + bytes([300 % 128 + 128, 300 // 128]) + long
    assert read_vocabulary(raw) == [b"ab", b"", long]


def as_it_came(mulaw: bytes) -> Piece:
    """With nothing silenced in it."""
    return Piece(mulaw, mulaw)


@with_models
def test_what_may_be_an_echo_is_no_voice_and_tells_what_lies_behind(spoken: bytes) -> None:
    detector, heard, ears = VoiceActivity(), [], [Ear(), Ear()]
    hops = frames(spoken[4000:-4000], HOP_BYTES)
    for hop in hops:
        given = [Piece(SILENCE * HOP_BYTES, hop), as_it_came(hop)]
        heard.append(detector.listen(list(zip(ears, given, strict=True))))
    assert max(echo.probability for echo, _ in heard) == 0.0
    assert max(echo.evidence for echo, _ in heard) <= 0.0
    assert max(voice.probability for _, voice in heard) > 0.9
    assert ears[0].foreground.background == ears[1].foreground.background


@with_models
def test_moonshine_understands_a_sentence_and_is_sure_of_it(spoken: bytes) -> None:
    heard = Moonshine(moonshine_files(lambda step: None)).transcribe(to_16_khz(to_samples(spoken)))
    assert heard.text.rstrip(".").lower() == "call me tomorrow morning"
    assert heard.confidence is not None
    assert heard.confidence > 0.6


@with_models
def test_moonshine_does_not_take_digits_with_quiet_behind_them_for_nothing() -> None:
    engine = Moonshine(moonshine_files(lambda step: None))
    audio = SILENCE * 2400 + b"".join(Voice().speak("eight four six five six three")) + SILENCE * 5600
    assert read_digits(tokens(engine.transcribe(to_16_khz(to_samples(audio))).text)) == ("846563", 2)


@with_models
def test_moonshine_finds_no_words_in_silence_noise_or_next_to_nothing() -> None:
    engine = Moonshine(moonshine_files(lambda step: None))
    hiss = np.random.default_rng(1).normal(0, 0.02, 16000).astype(np.float32)
    for samples in (np.zeros(16000, np.float32), hiss, np.zeros(10, np.float32)):
        heard = engine.transcribe(samples)
        assert (heard.text, heard.confidence) == ("", None)


@with_models
@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("It is on 12/05/2026.", "it is on the twelfth of may twenty twenty six"),
        ("It is £12.50 a month.", "it is twelve pounds fifty a month"),
        ("Your postcode is SW1A 1AA.", "your postcode is sw1a one aa"),
    ],
)
def test_what_is_written_in_figures_is_heard_as_it_is_meant(written: str, heard: str) -> None:
    audio = SILENCE * 2000 + b"".join(Voice().speak(aloud(written))) + SILENCE * 2000
    text = Moonshine(moonshine_files(lambda step: None)).transcribe(to_16_khz(to_samples(audio))).text
    said = text.lower().rstrip(".").replace(",", "").replace("-", " ")
    for figure, words in (("12 ", "twelve "), ("50", "fifty"), ("1aa", "one aa")):
        # The recogniser writes some numbers in figures.
        said = said.replace(figure, words)
    assert said == heard


@pytest.mark.parametrize(
    ("text", "letters"),
    [("S W one A, one A A.", 3), ("A B, one two", 1), ("Plan A.", 1), ("A boiler. A car", 0), ("It's a V A T", 1)],
)
def test_a_letter_is_no_article(text: str, letters: int) -> None:
    assert len(LETTER_A.findall(text)) == letters


@with_models
@with_whisper
def test_whisper_writes_digits_as_digits() -> None:
    audio = SILENCE * 2000 + b"".join(Voice().speak("Four nine two, seven one five.")) + SILENCE * 2000
    heard = Whisper().transcribe(to_16_khz(to_samples(audio)), "digits")
    assert "".join(filter(str.isdigit, heard.text)) == "492715"


@with_models
def test_the_detector_finds_the_voice_and_nothing_else(spoken: bytes) -> None:
    detector, ear = VoiceActivity(), Ear()
    voiced = [detector.listen([(ear, as_it_came(hop))])[0].probability > 0.5 for hop in frames(spoken, HOP_BYTES)]
    quiet_hops = 4000 // HOP_BYTES
    assert not any(voiced[: quiet_hops - 1])
    assert not any(voiced[-quiet_hops + 6 :])
    inside = voiced[quiet_hops + 4 : -quiet_hops - 4]
    assert sum(inside) > 0.75 * len(inside)


@with_models
def test_calls_in_one_run_of_the_detector_do_not_mix(spoken: bytes) -> None:
    detector, alone, together, other = VoiceActivity(), Ear(), Ear(), Ear()
    noise = np.random.default_rng(2).integers(0, 256, len(spoken), dtype=np.uint8).tobytes()
    for hop, noisy in zip(frames(spoken, HOP_BYTES), frames(noise, HOP_BYTES), strict=True):
        single = detector.listen([(alone, as_it_came(hop))])[0]
        batched = detector.listen([(other, as_it_came(noisy)), (together, as_it_came(hop))])[1]
        assert batched.probability == pytest.approx(single.probability, abs=1e-3)


@with_models
def test_looks_between_the_hops_find_the_voice_and_leave_the_hops_as_they_are(spoken: bytes) -> None:
    detector, alone, both = VoiceActivity(), Ear(), Ear()
    between: list[float] = []
    for hop in frames(spoken, HOP_BYTES):
        between.append(detector.listen([(both, as_it_came(hop[: HOP_BYTES // 2]))])[0].probability)
        whole = detector.listen([(both, as_it_came(hop))])[0].probability
        assert whole == pytest.approx(detector.listen([(alone, as_it_came(hop))])[0].probability, abs=1e-6)
    assert sum(each > 0.5 for each in between) > 0.3 * len(between)
    assert between[0] == between[-1] == 0.0


@with_models
def test_where_sound_begins_the_detector_hears_what_was_before(spoken: bytes) -> None:
    detector, asleep, awake = VoiceActivity(), Ear(), Ear()
    awake.hops.missed = 0
    calm, said = np.random.default_rng(1).integers(0x7C, 0x80, 3072, dtype=np.uint8).tobytes(), spoken[4096:4352]
    for hop in frames(calm, HOP_BYTES):
        awake.quiet_hops = 0
        assert detector.listen([(asleep, as_it_came(hop))])[0].probability == 0.0
        detector.listen([(awake, as_it_came(hop))])
    late, along = (detector.listen([(ear, as_it_came(said))])[0].probability for ear in (asleep, awake))
    assert late == pytest.approx(along, abs=1e-3)
