"""Diagnostics as SARIF 2.1.0, which build servers and GitHub's code scanning read. Pure: the file is plain data.

Section numbers are those of the OASIS standard. Paths inside the folder of the run are relative to `%SRCROOT%`, so the
file is the same on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from urllib.parse import quote

from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import FAMILIES
from flowengine.language.diagnostics import Diagnostic, Severity
from flowengine.language.source import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LONGEST = 1024
"""Characters of a description that GitHub takes."""

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_GITHUBS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}

Json = dict[str, object]


def sarif_log(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, Source],
    known: Sequence[Entry],
    *,
    version: str,
    folder: Path,
) -> Json:
    """One run of flowengine over files; `known` are all diagnostics there are, `folder` is where it was run."""
    index = {entry.code: number for number, entry in enumerate(known)}
    seen: Counter[str] = Counter()
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "flowengine",
                        "semanticVersion": version,
                        "language": "en-GB",
                        "rules": [_rule(entry) for entry in known],
                    }
                },
                "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which flowengine was run."}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(diagnostic, sources, index, folder, seen) for diagnostic in diagnostics],
            }
        ],
    }


def _rule(entry: Entry) -> Json:
    """A diagnostic explained (3.49). GitHub shows the short description, then the help."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in entry.text.split("\n\n")]
    examples = [(title, text) for title, text in (("Reported:", entry.bad), ("Right:", entry.good)) if text]
    markdown = "\n\n".join([*paragraphs, *(f"{title}\n\n```text\n{text}```" for title, text in examples)])
    text = "\n\n".join([*paragraphs, *(f"{title}\n\n{example}" for title, example in examples)])
    return {
        "id": entry.code,
        "name": "".join(word.capitalize() for word in entry.name.split("-")),
        "shortDescription": {"text": re.split(r"(?<=\.)\s", paragraphs[0])[0][:LONGEST]},
        "fullDescription": {"text": " ".join(paragraphs)[:LONGEST]},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"tags": [FAMILIES[entry.code[2]].lower()], "problem.severity": _GITHUBS[entry.severity]},
    }


def _result(
    diagnostic: Diagnostic, sources: Mapping[str, Source], index: Mapping[str, int], folder: Path, seen: Counter[str]
) -> Json:
    text = f"{diagnostic.message}; {diagnostic.help}" if diagnostic.help else diagnostic.message
    result: Json = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": _message(text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "…")) else ".")),
        "locations": [{"physicalLocation": _place(diagnostic.span, sources, folder)}],
        "partialFingerprints": {"lineHash/v1": _fingerprint(diagnostic, sources, seen)},
    }
    if diagnostic.code in index:
        result["ruleIndex"] = index[diagnostic.code]
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": _message(related.message),
                "physicalLocation": _place(related.span, sources, folder),
            }
            for number, related in enumerate(diagnostic.related, start=1)
        ]
    return result


def _message(text: str) -> Json:
    """A message's text; braces in it are doubled, since single ones hold placeholders (3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _place(span: Span, sources: Mapping[str, Source], folder: Path) -> Json:
    """A file and, if it could be read, the region in it (3.30: the end column is the first after the region)."""
    place: Json = {"artifactLocation": _artifact(span.path, folder)}
    if span.path in sources:
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return place


def _artifact(path: str, folder: Path) -> Json:
    full = PurePath(folder, path)
    normal = Path(full).resolve()
    if normal.is_relative_to(folder.resolve()):
        return {"uri": quote(normal.relative_to(folder.resolve()).as_posix()), "uriBaseId": ROOT}
    return {"uri": normal.as_uri()}


def _fingerprint(diagnostic: Diagnostic, sources: Mapping[str, Source], seen: Counter[str]) -> str:
    """What stays the same when lines are put in above: the code, the file's name, the line's text, which of such."""
    source = sources.get(diagnostic.span.path)
    lines = source.lines if source is not None else []
    number = diagnostic.span.line
    line = lines[number - 1].strip() if number <= len(lines) else ""
    key = f"{diagnostic.code}\n{PurePath(diagnostic.span.path).name}\n{line}"
    seen[key] += 1
    return f"{hashlib.sha256(key.encode()).hexdigest()[:16]}:{seen[key]}"
