"""Reading frames, without a socket."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.service.websocket import frames
from flowengine.service.websocket.frames import Closing, FrameReader, Violation, close_frame, closing, may_be_sent
from tests.service.websocket.bytes_of import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    client,
    close,
    in_fragments,
    server_frames,
)

Happened = str | bytes | tuple[int, bytes] | Violation


def _read(data: bytes, cuts: list[int], *, largest: int = 1 << 20) -> list[Happened]:
    """What a reader makes of bytes that come in pieces."""
    happened: list[Happened] = []
    reader = FrameReader(happened.append, lambda opcode, payload: happened.append((opcode, payload)), largest)
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        if (violation := reader.feed(data[start:end])) is not None:
            happened.append(violation)
    return happened


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MASKS = st.binary(min_size=4, max_size=4)
WHOLE = st.one_of(
    st.builds(lambda payload, mask: (client(TEXT, payload, mask=mask), [payload]), TEXTS, MASKS),
    st.builds(lambda payload, mask: (client(BINARY, payload, mask=mask), [payload]), st.binary(max_size=300), MASKS),
    st.builds(lambda payload: (client(PING, payload), [(PING, payload)]), st.binary(max_size=125)),
    st.builds(lambda payload: (client(PONG, payload), [(PONG, payload)]), st.binary(max_size=125)),
)


@st.composite
def _fragmented(draw: st.DrawFn) -> tuple[bytes, list[Happened]]:
    """A message in fragments that are cut anywhere, within a character too, with pings between."""
    message = draw(st.one_of(TEXTS, st.binary(max_size=300)))
    whole = message.encode() if isinstance(message, str) else message
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    sent, happened = b"", list[Happened]()
    for index, part in enumerate(parts):
        if index and draw(st.booleans()):
            sent += client(PING, bytes([index]))
            happened.append((PING, bytes([index])))
        opcode = CONTINUATION if index else TEXT if isinstance(message, str) else BINARY
        sent += client(opcode, part, fin=index == len(parts) - 1)
    return sent, [*happened, message]


@settings(deadline=None)
@given(st.lists(st.one_of(WHOLE, _fragmented()), max_size=6), st.data())
def test_a_stream_is_read_alike_wherever_it_is_cut(
    messages: list[tuple[bytes, list[Happened]]], data: st.DataObject
) -> None:
    stream = b"".join(sent for sent, _ in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    assert _read(stream, cuts) == [happened for _, expected in messages for happened in expected]


@settings(deadline=None)
@given(st.binary(max_size=400), st.data())
def test_any_bytes_are_read_alike_wherever_they_are_cut_and_raise_nothing(noise: bytes, data: st.DataObject) -> None:
    # Masked, so that some of it gets past the first frame's head.
    stream = client(TEXT, "begin") + bytes([noise[0] if noise else 0x82, 0x80 | len(noise) % 126]) + noise
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    assert _read(stream, cuts, largest=100) == _read(stream, [], largest=100)


def test_nothing_is_read_after_a_close_or_a_violation() -> None:
    assert _read(close(1000) + client(TEXT, "late"), []) == [(CLOSE, b"\x03\xe8")]
    wrong = _read(client(TEXT, "x", mask=None) + client(TEXT, "late"), [8])
    assert wrong == [Violation(1002, "a frame is not masked")]


def test_a_frame_is_refused_as_soon_as_its_head_is_there() -> None:
    assert _read(client(BINARY, says=101)[:4], [], largest=100) == [Violation(1009, "a message is too long")]
    assert _read(client(PING, says=126, fin=False)[:8], []) == [Violation(1002, "a control frame is in fragments")]


def test_a_message_in_small_pieces_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """If each piece were joined to those before it, a message of 256 KiB, byte by byte, would cost 32 GiB."""
    copies: list[int] = []

    def counted(data: bytearray) -> bytes:
        copies.append(len(data))
        return bytes(data)

    monkeypatch.setattr(frames, "bytes", counted, raising=False)
    data = client(BINARY, b"x" * 70_000)
    assert _read(data, list(range(1, len(data)))) == [b"x" * 70_000]
    assert len(copies) <= 3
    assert sum(copies) < len(data) + 20


def test_empty_fragments_add_up_to_nothing() -> None:
    reader = FrameReader(lambda message: None, lambda opcode, payload: None, 100)
    reader.feed(client(TEXT, "a", fin=False))
    for _ in range(1000):
        reader.feed(client(CONTINUATION, "", fin=False))
    assert len(reader._parts) == 1


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_what_a_server_writes_can_be_read(size: int) -> None:
    assert server_frames(frames.frame(BINARY, b"x" * size)) == [(BINARY, b"x" * size)]


def test_a_reason_that_is_too_long_is_cut_between_characters() -> None:
    [(opcode, payload)] = server_frames(close_frame(1000, "é" * 100))
    assert (opcode, payload[2:].decode()) == (CLOSE, "é" * 61)


def test_a_close_without_a_code_says_so() -> None:
    assert closing(b"") == Closing(1005)
    assert close_frame(1005) == b"\x88\x00"
    assert [code for code in range(990, 1020) if may_be_sent(code)] == [
        *range(1000, 1004), *range(1007, 1015)
    ]  # fmt: skip


def test_fragments_are_joined_as_they_were_sent() -> None:
    assert _read(in_fragments(BINARY, b"a", b"", b"b"), []) == [b"ab"]


@pytest.mark.parametrize("length", [125, 126, 127, 400, 65_535, 65_536])
@pytest.mark.parametrize("cuts", [[], [9]])
def test_a_text_that_one_read_brings_is_what_it_is_when_it_comes_in_pieces(length: int, cuts: list[int]) -> None:
    text = "é" + "a" * (length - 2)
    assert _read(client(TEXT, text, mask=b"abcd"), cuts) == [text]
    (refused,) = _read(client(TEXT, text, mask=b"abcd"), cuts, largest=length - 1)
    assert isinstance(refused, Violation)
    assert refused.code == frames.TOO_BIG
    (broken,) = _read(client(TEXT, b"a" * (length - 1) + b"\xe9", mask=b"abcd"), cuts)
    assert isinstance(broken, Violation)
    assert broken.code == frames.NOT_UTF8
    (bare,) = _read(client(TEXT, text, mask=None), cuts)
    assert isinstance(bare, Violation)
    assert bare.code == frames.PROTOCOL_ERROR


def test_a_whole_text_between_the_fragments_of_another_message_ends_it() -> None:
    first, second = client(TEXT, "a", fin=False), client(TEXT, "b" * 300)
    (violation,) = _read(first + second, [len(first)])
    assert isinstance(violation, Violation)
    assert violation.code == frames.PROTOCOL_ERROR
