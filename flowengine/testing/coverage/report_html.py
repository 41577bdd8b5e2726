"""Coverage as pages: an index, and every source file with what was taken and missed, line by line.

Each page is whole by itself: no script, no file beside it, light or dark as the reader's system is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Literal

from flowengine.language.source import Source
from flowengine.testing.coverage.source_lines import highlighted, times
from flowengine.testing.coverage.sums import Coverage, FileCoverage, gaps, percent, taken
from flowengine.testing.coverage.ways import KINDS, Way

Standing = Literal["covered", "partly", "missed", "plain"]


def write_pages(coverage: Coverage, sources: Mapping[str, Source], folder: Path) -> Path:
    """Write the pages; the path of the index. Older pages of the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = _pages(coverage)
    for file in coverage.files:
        (folder / pages[file.path]).write_text(_source_page(file, sources[file.path]), "utf-8")
    index = folder / "index.html"
    index.write_text(_index(coverage, pages), "utf-8")
    return index


def _pages(coverage: Coverage) -> dict[str, str]:
    """A file name for each source file; no two the same."""
    found: dict[str, str] = {}
    for file in coverage.files:
        name = re.sub(r"\W+", "-", file.path).strip("-").lower()
        while f"{name}.html" in found.values() or name == "index":
            name += "-"
        found[file.path] = f"{name}.html"
    return found


def _index(coverage: Coverage, pages: Mapping[str, str]) -> str:
    rows = "".join(_index_row(file, pages[file.path]) for file in coverage.files)
    heads = "".join(f'<th scope="col">{kind}s</th>' for kind in KINDS)
    aside = "<p class='aside'>A library that no path of the run holds is shown, and not counted.</p>"
    body = (
        f"<header><h1>Coverage</h1>{_meters(coverage.counted)}</header>"
        f'<div class="card scroll"><table><thead><tr><th scope="col">file</th>{heads}<th scope="col">total</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
        f"{aside if len(coverage.counted) < len(coverage.files) else ''}"
    )
    return _page("Coverage", body)


def _index_row(file: FileCoverage, page: str) -> str:
    cells = "".join(_cell(*taken([file], kind)) for kind in KINDS)
    share = percent([file])
    whole = "covered" if not file.missing else "partly"
    aside = "" if file.counted else ' class="uncounted"'
    flows = "" if file.flows == (Path(file.path).stem,) else f"<small>{escape(', '.join(file.flows))}</small>"
    return (
        f'<tr{aside}><th scope="row"><a href="{page}">{escape(file.path)}</a>{flows}</th>{cells}'
        f'<td class="total {whole}">{_bar(share)}<b>{share:.1f} %</b></td></tr>'
    )


def _cell(some: int, all_: int) -> str:
    if not all_:
        return '<td class="none">–</td>'
    return f'<td class="{"covered" if some == all_ else "partly"}">{some}<span>/{all_}</span></td>'


def _source_page(file: FileCoverage, source: Source) -> str:
    ways: dict[int, list[tuple[Way, int]]] = {}
    for way, count in file.ways.items():
        ways.setdefault(way.span.line, []).append((way, count))
    notes: dict[int, list[str]] = {}
    for span, text in gaps(file):
        notes.setdefault(span.line, []).append(text)
    lines = source.text.removesuffix("\n").split("\n")
    rows = "".join(
        _row(number, line, ways.get(number, []), file.runs.get(number), notes.get(number, []))
        for number, line in enumerate(lines, start=1)
    )
    left = "".join(
        f'<li><a href="#L{number}"><b>{number}</b> {escape(text)}</a></li>'
        for number, texts in sorted(notes.items())
        for text in texts
    )
    nothing = '<p class="all">Everything in this file is covered.</p>'
    many = f"{len(file.missing)} not taken"
    body = (
        f'<header><a class="back" href="index.html">Coverage</a><h1>{escape(file.path)}</h1>'
        f'<p class="aside">played by {escape(", ".join(file.flows))}</p>{_meters([file])}</header>'
        f"{f'<details class=card open><summary>{many}</summary><ol>{left}</ol></details>' if left else nothing}"
        f'<p class="legend"><span class="covered">taken</span><span class="partly">partly</span>'
        f'<span class="missed">never</span><span class="plain">nothing to take</span></p>'
        f'<div class="card source scroll">{rows}</div>'
    )
    return _page(file.path, body)


def _row(number: int, line: str, ways: Sequence[tuple[Way, int]], runs: int | None, notes: Sequence[str]) -> str:
    standing = _standing([count for _, count in ways], runs)
    count = _count(ways, runs)
    tip = "\n".join(_tips(ways))
    shown = f' data-tip="{escape(tip)}" tabindex="0"' if tip else ""
    note = f'<span class="note">{escape("; ".join(_short(each) for each in notes))}</span>' if notes else ""
    return (
        f'<div class="row {standing}" id="L{number}"><a class="at" href="#L{number}">{number}</a>'
        f'<span class="count">{f"{count}×" if count is not None else ""}</span>'
        f"<code{shown}>{highlighted(line, ways) or ' '}</code>{note}</div>"
    )


def _standing(counts: Sequence[int], runs: int | None) -> Standing:
    if counts:
        return "covered" if all(counts) else "partly" if any(counts) else "missed"
    return "plain" if runs is None else "covered" if runs else "missed"


def _count(ways: Sequence[tuple[Way, int]], runs: int | None) -> int | None:
    """How often a line ran: for a branch the sum of what took it, for a condition how often it was asked."""
    counts = [count for way, count in ways if way.kind != "rung"]
    return sum(counts) if counts else runs


def _tips(ways: Sequence[tuple[Way, int]]) -> Iterator[str]:
    for way, count in ways:
        match way.kind:
            case "state":
                yield f"entered {times(count)}"
            case "edge":
                yield f"{way.side}: {times(count)}"
            case "rung":
                yield f"rung reached {times(count)}"
            case "condition":
                yield f"{way.side}: {times(count)}"


def _short(gap: str) -> str:
    """Beside its own line, a gap need not say where it is."""
    found = re.search(r"\bis never .*|\bnever .*", gap)
    return found[0].removeprefix("is ") if found else gap


def _meters(found: Sequence[FileCoverage]) -> str:
    parts = []
    for kind in KINDS:
        some, all_ = taken(found, kind)
        if all_:
            share = some * 100 / all_
            name = f"{kind}s" if all_ != 1 else kind
            parts.append(f"<li><b>{some}<span>/{all_}</span></b><small>{name}</small>{_bar(share)}</li>")
    total = percent(found)
    whole = f'<li class="whole"><b>{total:.1f} %</b><small>covered</small>{_bar(total)}</li>'
    return f'<ul class="meters">{whole}{"".join(parts)}</ul>'


def _bar(share: float) -> str:
    return f'<i class="bar{"" if share < 100 else " full"}"><i style="width:{share:.1f}%"></i></i>'


def _page(title: str, body: str) -> str:
    style = files("flowengine.testing.coverage").joinpath("page.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · coverage</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
