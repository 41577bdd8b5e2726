"""The simulated model as a client without our adapter sees it: plain HTTP and events."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

import pytest

from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.stand_in import stand_in
from flowengine.testing.model.turns import ScriptRefused, Turn, read_turns, tokens

TOOLS = [
    {"type": "function", "function": {"name": "convinced", "description": "Call it when the caller agrees."}},
    {"type": "function", "function": {"name": "refused", "description": "Call it when the caller says no."}},
]


def post(server: ModelServer, path: str, body: object) -> tuple[int, dict[str, str], str]:
    host = server.url.split("/")[2]
    with closing(http.client.HTTPConnection(host, timeout=120)) as connection:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def asked(said: str, **more: object) -> dict[str, Any]:
    system = "Facts:\n- The cover includes the boiler.\n- It costs fourteen pounds fifty a month."
    return {
        "model": "m",
        "stream": True,
        "tools": TOOLS,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": said}],
        **more,
    }


def events(text: str) -> list[Any]:
    data = [line.removeprefix("data: ") for line in text.split("\n\n") if line.startswith("data: ")]
    assert data[-1] == "[DONE]"
    return [json.loads(each) for each in data[:-1]]


def test_an_answer_is_a_stream_of_events_a_word_each() -> None:
    with ModelServer([Turn("Yes it does.", exit="convinced")]) as server:
        status, headers, text = post(
            server, "/v1/chat/completions", asked("hm", stream_options={"include_usage": True})
        )
    found = events(text)
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    deltas = [each["choices"][0]["delta"] for each in found if each["choices"]]
    assert [each["content"] for each in deltas if each.get("content")] == ["Yes", " it", " does."]
    named = next(each["tool_calls"][0]["function"]["name"] for each in deltas if "tool_calls" in each)
    assert named == "convinced"
    assert found[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert found[-1]["usage"]["completion_tokens"] == 3


def test_trouble_has_its_status_and_header() -> None:
    with ModelServer([Turn(status=429, retry_after=2)]) as server:
        status, headers, _ = post(server, "/v1/chat/completions", asked("hm"))
    assert (status, headers["retry-after"]) == (429, "2")


def test_a_connection_that_is_cut_breaks_the_stream() -> None:
    with (
        ModelServer([Turn("Yes it", ends="cut")]) as server,
        pytest.raises((ConnectionError, http.client.HTTPException)),
    ):
        post(server, "/v1/chat/completions", asked("hm"))


def test_it_can_be_scripted_and_read_over_http() -> None:
    with ModelServer() as server:
        status, _, text = post(server, "/simulator/turns", [{"text": "As scripted."}])
        assert (status, json.loads(text)["turns_left"]) == (200, 1)
        post(server, "/v1/chat/completions", asked("hm"))
        assert server.state()["turns_left"] == 0
        status, _, text = post(server, "/simulator/turns", [{"txt": 1, "first_s": "soon"}])
    assert status == 422
    assert "turns cannot be read" in text


def test_another_path_and_a_body_that_is_none_are_refused() -> None:
    with ModelServer() as server:
        assert post(server, "/v1/completions", asked("hm"))[0] == 404
        assert post(server, "/v1/chat/completions", "hm")[0] == 404
        assert not server.asked


@pytest.mark.parametrize(
    ("said", "turn"),
    [
        ("is the boiler in it", Turn("The cover includes the boiler. Would you like to go ahead?")),
        ("what does a month cost", Turn("It costs fourteen pounds fifty a month. Would you like to go ahead?")),
        ("yes please", Turn(exit="convinced")),
        ("no thanks", Turn(exit="refused")),
    ],
)
def test_unscripted_it_answers_from_the_facts_and_takes_plain_exits(said: str, turn: Turn) -> None:
    assert stand_in(asked(said)) == turn


def form(said: str, *fields: str, **more: object) -> dict[str, Any]:
    return {
        "model": "m",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Fill in:\n" + "\n".join(fields)},
            {"role": "user", "content": f"<transcript>\ncaller: {json.dumps(said)}\n</transcript>"},
        ],
        **more,
    }


def test_forms_are_answered_with_forms_and_turns_with_turns() -> None:
    with ModelServer([Turn("A turn."), Turn(form={"people": 4}), Turn(form="{", ends="length")]) as server:
        first, second = form("for four"), form("for four")
        said = [post(server, "/v1/chat/completions", each)[2] for each in (first, asked("hm"), second)]
        assert server.state()["turns_left"] == 0
    contents = ["".join(each["choices"][0]["delta"].get("content", "") for each in events(text)) for text in said]
    assert contents == ['{"people": 4}', "A turn.", "{"]


@pytest.mark.parametrize(
    ("shape", "status", "about"),
    [
        ({"response_format": {"type": "json_schema"}}, 400, "response_format"),
        ({"temperature": 0}, 400, "temperature"),
        ({"response_format": {"type": "json_object"}}, 200, None),
    ],
)
def test_what_it_does_not_know_it_refuses(shape: dict[str, object], status: int, about: str | None) -> None:
    with ModelServer([Turn(form={})], unknown=("json_schema", "temperature")) as server:
        answered, _, text = post(server, "/v1/chat/completions", form("hm", **shape))
    assert answered == status
    assert about is None or json.loads(text)["error"]["param"] == about


@pytest.mark.parametrize(
    ("said", "fields", "filled"),
    [
        (
            "may I move it",
            ['- intent (one of "later", "never", or null): meant', '  "later": to move it', '  "never": to cancel it'],
            {"intent": "later"},
        ),
        ("yes", ['- intent (one of "a", "b", or null): meant', '  "a": cancels', '  "b": moves'], {"intent": None}),
        ("cancel", ['- it (one of "a", "b", or null): meant', '  "a": cancel', '  "b": cancel'], {"it": None}),
        ("for 4 please", ["- people (a number, or null): how many"], {"people": 4.0}),
        ("for four please", ["- people (a number, or null): how many"], {"people": None}),
        ("a table", ["- summary (a short text, or null): a summary"], {"summary": "The caller said: a table"}),
        ("a table", ["- name (a short text, or null): whose"], {"name": None}),
    ],
)
def test_unscripted_it_fills_in_what_it_can(said: str, fields: list[str], filled: dict[str, object]) -> None:
    assert stand_in(form(said, *fields)) == Turn(form=filled)  # type: ignore[arg-type]  # rows of a table


def test_a_text_comes_in_words_and_nothing_of_it_is_lost() -> None:
    assert list(tokens("One two.\n Three ")) == ["One", " two.", "\n Three", " "]
    assert list(tokens("")) == []


def test_a_script_that_cannot_be_read_is_refused() -> None:
    assert read_turns('[{"text": "Hm.", "ends": "cut"}]') == [Turn("Hm.", ends="cut")]
    with pytest.raises(ScriptRefused, match="ends"):
        read_turns('[{"ends": "badly"}]')
