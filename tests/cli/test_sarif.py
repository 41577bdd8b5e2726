"""`validate --format sarif`: what the standard and GitHub's code scanning ask of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowengine.cli.main import main
from flowengine.cli.sarif import sarif_log
from flowengine.graph.checks.reference import entries
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source, Span

CASES = Path(__file__).parent.parent / "cases"
BAD = 'flow bad "Bad" inbound\n\nstate start\n  say "Hé ☎ {{ nobody }}."\n  -> nowhere\n\nstate start\n  end failed\n'


def log(*paths: str | Path) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["validate", "--format", "sarif", *map(str, paths)])
    read: dict[str, Any] = json.loads(result.stdout)
    return read


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    Path("my flows").mkdir()
    Path("my flows", "bad.flow").write_text(BAD, "utf-8")
    return log("my flows")


def run(file: dict[str, Any]) -> dict[str, Any]:
    (only,) = file["runs"]
    found: dict[str, Any] = only
    return found


def test_the_file_says_what_it_is(bad: dict[str, Any]) -> None:
    assert bad["version"] == "2.1.0"
    assert bad["$schema"].endswith("sarif-schema-2.1.0.json")
    assert run(bad)["columnKind"] == "unicodeCodePoints"
    assert run(bad)["tool"]["driver"]["name"] == "flowengine"


def test_results_point_to_the_place_in_code_points(bad: dict[str, Any]) -> None:
    places = {result["ruleId"]: result["locations"][0]["physicalLocation"] for result in run(bad)["results"]}
    assert places["FL502"]["artifactLocation"] == {"uri": "my%20flows/bad.flow", "uriBaseId": "%SRCROOT%"}
    assert places["FL502"]["region"] == {"startLine": 4, "startColumn": 16, "endLine": 4, "endColumn": 22}


def test_related_places_are_numbered_and_explained(bad: dict[str, Any]) -> None:
    (duplicate,) = [result for result in run(bad)["results"] if result["ruleId"] == "FL202"]
    (related,) = duplicate["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "first defined")
    assert related["physicalLocation"]["region"]["startLine"] == 3


def test_a_result_knows_its_rule_and_the_rule_its_help(bad: dict[str, Any]) -> None:
    rules = run(bad)["tool"]["driver"]["rules"]
    for result in run(bad)["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize(
    "rule", run(log(CASES / "every_core_construct.flow"))["tool"]["driver"]["rules"], ids=lambda rule: rule["id"]
)
def test_every_rule_has_what_github_asks_for(rule: dict[str, Any]) -> None:
    assert rule["name"].isalnum()
    assert 0 < len(rule["shortDescription"]["text"]) <= len(rule["fullDescription"]["text"]) <= 1024
    assert rule["help"]["text"].startswith(rule["shortDescription"]["text"])
    assert rule["help"]["markdown"].count("```") % 2 == 0
    assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    assert rule["properties"]["tags"]
    assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def test_every_diagnostic_is_a_rule() -> None:
    rules = run(log(CASES / "every_core_construct.flow"))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [entry.code for entry in entries()]


def test_every_case_gives_a_sound_file() -> None:
    file = run(log(CASES))
    assert len(file["results"]) > 50
    fingerprints = []
    for result in file["results"]:
        assert result["message"]["text"].endswith((".", "?", "…"))
        assert result["level"] in ("error", "warning", "note")
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert min(region.values()) >= 1
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
        fingerprints.append(result["partialFingerprints"]["lineHash/v1"])
    assert len(set(fingerprints)) == len(fingerprints)


def of(problem: Diagnostic, text: str = "x\n") -> dict[str, Any]:
    sources = {problem.span.path: Source(problem.span.path, text)}
    file = sarif_log([problem], sources, entries(), version="1.0", folder=Path.cwd())
    (result,) = run(json.loads(json.dumps(file)))["results"]
    found: dict[str, Any] = result
    return found


def test_braces_in_a_message_are_doubled_since_single_ones_hold_arguments() -> None:
    result = of(Diagnostic("FL501", "template-syntax", "error", Span("a.flow", 1, 1, 1, 2), "write {{ x }}", "or {0}"))
    assert result["message"]["text"] == "Write {{{{ x }}}}; or {{0}}."


def test_a_file_outside_the_folder_is_named_in_full(tmp_path: Path) -> None:
    outside = tmp_path / "a.flow"
    result = of(Diagnostic("FL501", "template-syntax", "error", Span(str(outside), 1, 1, 1, 2), "x"))
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": outside.resolve().as_uri()}


def test_a_file_that_cannot_be_read_has_no_region(tmp_path: Path) -> None:
    (result,) = run(log(tmp_path / "none.flow"))["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_fingerprint_stays_when_lines_are_put_in_above() -> None:
    early = of(Diagnostic("FL501", "template-syntax", "error", Span("a.flow", 1, 1, 1, 2), "x"), "bad\n")
    late = of(Diagnostic("FL501", "template-syntax", "error", Span("a.flow", 3, 1, 3, 2), "x"), "\n\n  bad\n")
    assert early["partialFingerprints"] == late["partialFingerprints"]


def test_the_status_is_that_of_text(tmp_path: Path) -> None:
    path = tmp_path / "bad.flow"
    path.write_text(BAD, "utf-8")
    assert CliRunner().invoke(main, ["validate", "--format", "sarif", str(path)]).exit_code == 1
    assert (
        CliRunner().invoke(main, ["validate", "--format", "sarif", str(CASES / "every_core_construct.flow")]).exit_code
        == 0
    )
