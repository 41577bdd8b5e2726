"""The documentation holds: links lead somewhere, flows in it compile, calls in it are played, lists are complete."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file
from flowengine.language.render import render
from flowengine.testing.suite import run
from tests import cli_reference

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
COMPILED_ELSEWHERE = {
    DOCS / "reference" / "language.md",
    DOCS / "reference" / "diagnostics.md",
    DOCS / "tutorial" / "boiler-cover.md",
}
"""Their blocks are fragments; tests/graph and tests/test_tutorial.py compile them, each with its beginning."""

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w+)?[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

NOT_OURS = re.compile(r"(?<![\w.])/(?:root|work|farm)/|files\.pythonhosted|/simple/\w|devpi|artifactory", re.IGNORECASE)
"""Paths of the machine a thing was written on, and addresses of package registries."""


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    return [text for tag, text in FENCE.findall(page.read_text("utf-8")) if tag == language]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    dead = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


def test_every_page_is_on_the_index() -> None:
    index = DOCS / "index.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text("utf-8"))}
    assert sorted(shown(page) for page in DOCS.rglob("*.md") if page != index and page not in linked) == []


@pytest.mark.parametrize("page", [page for page in PAGES if page not in COMPILED_ELSEWHERE], ids=shown)
def test_flows_compile_and_calls_are_played(page: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").symlink_to(ROOT / "flows" / "lib")
    for text in blocks(page, "flow"):
        named = re.search(r"^flow (\w+)", text, re.MULTILINE)
        path = tmp_path / f"{named[1] if named else 'library'}.flow"
        path.write_text(text, "utf-8")
        compilation = compile_file(path)
        assert not compilation.diagnostics, render(compilation.diagnostics, compilation.sources, colour=False)
    calls = []
    for number, text in enumerate(blocks(page, "flowtest")):
        calls.append(tmp_path / f"calls{number}.flowtest")
        calls[-1].write_text(text, "utf-8")
    report = run(calls)
    assert not report.problems
    assert not [result.failure for result in report.results if not result.passed]


def test_the_page_of_the_command_line_is_what_the_commands_say() -> None:
    # In a process of its own: click keeps the help option of whoever asked a command first.
    show = "from tests.cli_reference import page; print(page(), end='')"
    page = subprocess.run([sys.executable, "-c", show], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert cli_reference.PAGE.read_text("utf-8") == page, "run: python -m tests.reference"


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in wanted} - {"flowengine"}
    page = (DOCS / "explanation" / "dependencies.md").read_text("utf-8")
    assert sorted(name for name in names if f"| {name} |" not in page) == []


def test_every_setting_is_explained() -> None:
    source = (ROOT / "flowengine" / "service" / "settings.py").read_text("utf-8")
    names = set(re.findall(r"\"((?:TWILIO|SERVER|NOVA|FLOWENGINE)_[A-Z_]+)\"", source))
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    assert names
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_every_route_is_explained() -> None:
    source = (ROOT / "flowengine" / "service" / "app.py").read_text("utf-8")
    routes = re.findall(r"Route\(\"([^\"]+)\"", source)
    page = (DOCS / "reference" / "api.md").read_text("utf-8")
    assert routes
    assert [route for route in routes if f"{route}`" not in page and f"{route}?" not in page] == []


def test_no_tracked_file_names_this_machine() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or path.suffix in {".png", ".wav", ".ico", ".woff2"}:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if NOT_OURS.search(line):
                found.append(f"{shown(path)}:{number}")
    assert not found
