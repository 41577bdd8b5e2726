"""The flows: whether they compile, and whether each number that rings has one."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.compile import compile_file, find_flows
from flowengine.graph.model import Llm
from flowengine.graph.walk import every_statement
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.values import masked


def check(case: Case) -> Iterator[Finding]:
    """Every flow of the folder, compiled."""
    folder = case.settings.flows
    if not folder.exists():
        yield Finding(
            "flows",
            "problem",
            f"there is no folder {str(folder)!r}",
            "name one in FLOWENGINE_FLOWS",
        )
        return
    runnable: set[str] = set()
    with_model: set[str] = set()
    broken = 0
    for path in find_flows([folder]):
        compilation = compile_file(path)
        if compilation.flow is None or compilation.errors:
            broken += 1
            yield Finding(
                "flows", "problem", f"{path} has {len(compilation.errors)} errors", f"flowengine validate {path}"
            )
            continue
        runnable.add(compilation.flow.name)
        if any(isinstance(each, Llm) for each in every_statement(compilation.flow)):
            with_model.add(compilation.flow.name)
    if runnable:
        yield Finding("flows", "ok", f"{len(runnable)} can run: {', '.join(sorted(runnable))}")
    elif not broken:
        yield Finding("flows", "problem", f"there is no flow in {str(folder)!r}", "flowengine new NAME writes one")
    for number, flow in case.settings.numbers.items():
        if flow not in runnable:
            yield Finding(
                "flows",
                "problem",
                f"FLOWENGINE_NUMBERS sends {masked(number)} to {flow!r}, which cannot run",
                "callers hear that nobody answers: mend the flow or the setting",
            )
    if with_model and case.settings.model is None:
        yield Finding(
            "model",
            "note",
            f"no language model is connected; {', '.join(sorted(with_model))} take the fallback of each `llm` "
            "(FLOWENGINE_MODEL names one)",
        )
