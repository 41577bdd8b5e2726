"""The language server over its real protocol: a process, its pipes, JSON-RPC."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowengine.testing.twilio.server import free_port
from tests.editor.client import PATIENCE, ROOT, Client, place

FLOW = """\
flow visit "A visit" inbound
  agent "Amy" of "Hearth & Home"
  use shared

contact
  name: text = "Sam"

slot visit_day: date
  ask "Which day would suit you?"

state start
  say greeting
  say "Is {{ visit_day | default(today, true) | spoken }} right, {{ contact.name }}?"
  listen
    agree -> book
    silence or otherwise -> goodbye

state book
  collect visit_day
    done: end booked
    failed -> goodbye
"""

LIBRARY = """\
outcome booked success
outcome declined

line greeting "Good {{ daypart }}."

intent agree "the caller says yes"
  "yes" "yes please"

state goodbye
  say "Goodbye."
  end declined
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    (tmp_path / "shared.flow").write_text(LIBRARY, "utf-8")
    with Client(tmp_path) as running:
        yield running


def at(text: str, words: str, offset: int = 0) -> tuple[int, int]:
    """The position (from 0) of the first `words` in a text."""
    index = text.index(words) + offset
    return text[:index].count("\n"), index - (text.rfind("\n", 0, index) + 1)


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """A text of plain letters with the protocol's edits made."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    for edit in sorted(edits, key=lambda each: str(each["range"]["start"]), reverse=True):
        start, end = (
            starts[edit["range"][side]["line"]] + edit["range"][side]["character"] for side in ("start", "end")
        )
        text = text[:start] + edit["newText"] + text[end:]
    return text


def test_a_flow_without_mistakes_has_no_diagnostics(client: Client, tmp_path: Path) -> None:
    assert client.diagnostics(client.open(tmp_path / "visit.flow", FLOW)) == []


def test_a_mistake_is_shown_while_it_is_typed_and_goes_when_it_is_mended(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    assert client.diagnostics(uri) == []
    client.change(uri, FLOW.replace("agree -> book", "agree -> bok"))
    (problem,) = [each for each in client.diagnostics(uri) if each["severity"] == 1]
    assert problem["code"] == "FL201"
    assert problem["message"] == "no state is called 'bok'\ndid you mean 'book' (line 18)?"
    assert problem["range"] == {"start": {"line": 14, "character": 13}, "end": {"line": 14, "character": 16}}
    client.change(uri, FLOW)
    assert client.diagnostics(uri) == []


def test_a_message_names_files_as_seen_from_the_folder(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW.replace("failed -> goodbye", "failed -> goodby"))
    (problem,) = [each for each in client.diagnostics(uri) if each["code"] == "FL201"]
    assert problem["message"].endswith("did you mean 'goodbye' (shared.flow:9)?")


def test_a_library_in_the_editor_overrides_the_disk(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    assert client.diagnostics(uri) == []
    library = client.open(tmp_path / "shared.flow", LIBRARY.replace("line greeting", "line greetings"))
    assert [each["code"] for each in client.diagnostics(uri) if each["severity"] == 1] == ["FL203"]
    client.tell("textDocument/didClose", {"textDocument": {"uri": library}})
    assert client.diagnostics(uri) == []


def test_a_library_that_changed_on_disk_is_read_again(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    assert client.diagnostics(uri) == []
    (tmp_path / "shared.flow").write_text(LIBRARY.replace("outcome booked success", ""), "utf-8")
    client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": tmp_path.as_uri(), "type": 2}]})
    assert "FL206" in [each["code"] for each in client.diagnostics(uri)]


def test_states_are_offered_after_an_arrow(client: Client, tmp_path: Path) -> None:
    text = FLOW.replace("agree -> book", "agree -> ")
    uri = client.open(tmp_path / "visit.flow", text)
    found = client.at("completion", uri, *at(text, "agree -> ", 9))
    assert {each["label"] for each in found["items"]} == {"start", "book", "goodbye"}


def test_a_word_that_is_hovered_is_explained(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    found = client.at("hover", uri, *at(FLOW, "agree", 2))
    assert "the caller says yes" in found["contents"]["value"]
    assert "“yes please”" in found["contents"]["value"]
    assert found["range"]["start"] == {"line": 14, "character": 4}


def test_a_definition_in_a_library_is_found(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    (found,) = client.at("definition", uri, *at(FLOW, "-> goodbye", 4))
    assert found["uri"] == (tmp_path / "shared.flow").as_uri()
    assert found["range"]["start"] == {"line": 8, "character": 6}


def test_references_reach_into_templates(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    found = client.at("references", uri, *at(FLOW, "visit_day"), context={"includeDeclaration": False})
    assert [each["range"]["start"]["line"] for each in found] == [12, 18]


def test_a_rename_reaches_the_library(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    found = client.at("rename", uri, *at(FLOW, "-> goodbye", 4), newName="farewell")
    changed = edited(FLOW, found["changes"][uri])
    assert changed == FLOW.replace("goodbye", "farewell")
    library = edited(LIBRARY, found["changes"][(tmp_path / "shared.flow").as_uri()])
    assert library == LIBRARY.replace("state goodbye", "state farewell")


def test_names_are_coloured_by_what_they_are(client: Client, tmp_path: Path) -> None:
    text = 'state goodbye\n  say "😀 {{ day }} {{ now | spoken }}"\n  end declined\n'
    uri = client.open(tmp_path / "visit.flow", text)
    packed = client.ask("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})["data"]
    legend = client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    found = []
    line = start = 0
    for down, along, length, kind, _ in zip(*(iter(packed),) * 5, strict=True):
        line, start = line + down, (start if down == 0 else 0) + along
        units = text.split("\n")[line].encode("utf-16-le")
        found.append((units[2 * start : 2 * (start + length)].decode("utf-16-le"), legend[kind]))
    assert found == [
        ("goodbye", "class"),
        ("day", "variable"),
        ("now", "variable"),
        ("spoken", "function"),
        ("declined", "enumMember"),
    ]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("start", "in use already"),
        ("two words", "is no name"),
        ("9lives", "is no name"),
        ("", "is no name"),
    ],
)
def test_a_rename_that_cannot_be_is_refused_with_the_reason(
    client: Client, tmp_path: Path, new: str, reason: str
) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    answer = client.answer("textDocument/rename", place(uri, *at(FLOW, "-> book", 4), newName=new))
    assert reason in answer["error"]["message"]


def test_what_a_diagnostic_proposes_is_one_key_away(client: Client, tmp_path: Path) -> None:
    text = FLOW.replace("agree -> book", "agree -> bok")
    uri = client.open(tmp_path / "visit.flow", text)
    assert "FL201" in [each["code"] for each in client.diagnostics(uri)]
    line, character = at(text, "-> bok", 4)
    spot = {"line": line, "character": character}
    actions = client.ask(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": {"start": spot, "end": spot}, "context": {"diagnostics": []}},
    )
    assert [each["title"] for each in actions] == ["Replace 'bok' with 'book'", "Define the state 'bok'"]
    assert edited(text, actions[0]["edit"]["changes"][uri]) == FLOW
    client.change(uri, edited(text, actions[1]["edit"]["changes"][uri]))
    assert [each["code"] for each in client.diagnostics(uri)] == ["FL301"]  # now nothing leads to `book`


def test_a_flow_is_laid_out(client: Client, tmp_path: Path) -> None:
    text = FLOW.replace("    agree -> book", "      agree   ->   book").replace("\n\nstate book", "\n\n\n\nstate book")
    text = text.replace("    silence or", "      silence  or")
    uri = client.open(tmp_path / "visit.flow", text)
    options = {"tabSize": 2, "insertSpaces": True}
    found = client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": options})
    assert edited(text, found) == FLOW
    client.change(uri, FLOW)
    assert client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": options}) == []
    client.change(uri, text + "  end what ever\n")
    assert client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": options}) == []


def test_the_outline_names_every_definition(client: Client, tmp_path: Path) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    found = client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [each["name"] for each in found] == ["visit", "contact", "visit_day", "start", "book"]
    assert [each["name"] for each in found[1]["children"]] == ["name"]
    client.change(uri, FLOW + "\nsummary\n  day: date = visit_day\n")
    found = client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert (found[-1]["name"], [each["name"] for each in found[-1]["children"]]) == ("summary", ["day"])
    folds = client.ask("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    assert {"startLine": 10, "endLine": 15} in folds


@pytest.mark.parametrize(("encoding", "character"), [(None, 22), ("utf-16", 22), ("utf-8", 25), ("utf-32", 21)])
def test_columns_are_counted_in_the_units_that_were_agreed(
    tmp_path: Path, encoding: str | None, character: int
) -> None:
    """An emoji is 2 units of UTF-16 and 4 of UTF-8, an accented letter 1 and 2."""
    with Client(tmp_path, [encoding] if encoding else None) as client:
        assert client.capabilities["positionEncoding"] == (encoding or "utf-16")
        text = 'flow a "A" inbound\n\nstate start\n  say "Café 😀 {{ nowe }}."\n  end failed\n'
        uri = client.open(tmp_path / "a.flow", text)
        (problem,) = [each for each in client.diagnostics(uri) if each["code"] == "FL502"]
        end = problem["range"]["end"]["character"]
        assert end == character
        found = client.at("completion", uri, 3, end)
        assert "now" in {each["label"] for each in found["items"]}


def test_bad_messages_are_survived(client: Client, tmp_path: Path) -> None:
    client.send_bytes(b"this is no JSON")
    client.send_bytes(b"\xff\xfe")
    client.send_bytes(b"[]")
    client.send_bytes(json.dumps({"jsonrpc": "2.0", "id": 900, "method": "textDocument/hover", "params": {}}).encode())
    client.tell("textDocument/didChange", {"textDocument": {"uri": "file:///nowhere.flow", "version": 1}})
    assert "error" in client.answer("no/such/method", {})
    uri = client.open(tmp_path / "visit.flow", FLOW)
    assert client.diagnostics(uri) == []


@pytest.mark.parametrize("position", [(10_000, 0), (0, 10_000), (21, 5)])
def test_a_position_outside_the_text_is_moved_into_it(
    client: Client, tmp_path: Path, position: tuple[int, int]
) -> None:
    uri = client.open(tmp_path / "visit.flow", FLOW)
    for method in ("hover", "definition", "completion", "documentHighlight", "prepareRename"):
        client.at(method, uri, *position)


def test_a_document_on_no_disk_is_checked(client: Client) -> None:
    document = {"uri": "untitled:Untitled-1", "languageId": "flow", "version": 1, "text": "state start\n  end failed\n"}
    client.tell("textDocument/didOpen", {"textDocument": document})
    client.diagnostics("untitled:Untitled-1")


def test_the_server_ends_with_its_client(tmp_path: Path) -> None:
    client = Client(tmp_path)
    client.open(tmp_path / "visit.flow", FLOW)
    assert client.process.stdin is not None
    client.process.stdin.close()
    try:
        client.process.wait(PATIENCE)
    finally:
        client.end()


def test_exit_without_shutdown_is_told_by_the_status(tmp_path: Path) -> None:
    client = Client(tmp_path)
    client.tell("exit", None)
    try:
        assert client.process.wait(PATIENCE) == 1
    finally:
        client.end()


def test_a_server_on_a_port_serves_one_editor_and_ends(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "flowengine", "lsp", "--tcp", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert server.stderr.readline() == f"listening on 127.0.0.1:{port}\n"
            body = json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
            ).encode()
            with connected(port) as editor:
                editor.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                answer = b""
                while b"renameProvider" not in answer:
                    answer += (more := editor.recv(65536))
                    assert more, answer
            assert server.wait(PATIENCE) == 1
        finally:
            server.kill()


def connected(port: int) -> socket.socket:
    """A connection; the server listens a moment after it says so."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("nothing listens")
