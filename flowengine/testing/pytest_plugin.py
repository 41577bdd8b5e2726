"""The pytest plugin: collects `.flowtest` files as tests, and gives the fixture `flow_call`.

It is imported by every pytest run of every project that has flowengine installed, so it imports nothing of the engine
until there is something to play.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import datetime

    from flowengine.testing.flow_call import FlowCall
    from flowengine.testing.flowtest.ast import Test
    from flowengine.testing.runner import Result
    from flowengine.testing.script import Scripted
    from flowengine.testing.suite import Flows

_FLOWS: pytest.StashKey[Flows] = pytest.StashKey()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take `.flowtest` files; leave all others alone."""
    if file_path.suffix == ".flowtest":
        return FlowTestFile.from_parent(parent, path=file_path)
    return None


def _flows(config: pytest.Config) -> Flows:
    """The flows of this session, each compiled once."""
    from flowengine.testing.suite import Flows

    return config.stash.setdefault(_FLOWS, Flows())


def _near(path: Path) -> Path:
    """A path as short as a person would write it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class FlowTestFile(pytest.File):
    """One `.flowtest` file."""

    def collect(self) -> Iterator[FlowTestItem]:
        from flowengine.language.render import render

        flows = _flows(self.config)
        loaded = flows.load(_near(self.path))
        if loaded.problems:
            raise self.CollectError(render(loaded.problems, flows.sources, colour=False))
        for test in loaded.file.tests:
            yield FlowTestItem.from_parent(self, name=test.name, test=test)


class CallFailed(Exception):
    """A test call went another way than expected; the message is the conversation."""


class FlowTestItem(pytest.Item):
    """One test of a `.flowtest` file."""

    def __init__(self, *, test: Test, **rest: Any) -> None:
        super().__init__(**rest)
        self.test = test

    def runtest(self) -> None:
        result = _flows(self.config).run(self.test, _near(self.path.parent))
        if not result.passed:
            raise CallFailed(self._shown(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, CallFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.test.span.line - 1, self.name

    def _shown(self, result: Result) -> str:
        from flowengine.language.render import render
        from flowengine.testing.report_text import conversation

        sources = _flows(self.config).sources
        if result.problems:
            return render(result.problems, sources, colour=False)
        return "\n".join(conversation(result, sources))


@pytest.fixture
def flow_call(request: pytest.FixtureRequest) -> Callable[..., FlowCall]:
    """Place a call: `call = flow_call("flows/reception.flow", contact={"name": "Sam"})`.

    The path is looked for from pytest's root folder, then beside the test. Besides `contact` there are `now`, a
    datetime (UK time when it has no zone), `guard`, answers by name (`{"uk_outbound": False}`), `answers` of actions,
    the model and transfers (`flowengine.testing.script`), and `variants` of splits by name.
    """
    from flowengine.testing.flow_call import FlowCall

    def place(
        path: str | Path,
        contact: Mapping[str, object] | None = None,
        *,
        now: datetime | None = None,
        guard: Mapping[str, bool] | None = None,
        answers: Iterable[Scripted] = (),
        variants: Mapping[str, str] | None = None,
    ) -> FlowCall:
        found = request.config.rootpath / path
        if not found.exists():
            found = request.path.parent / path
        compilation = _flows(request.config).compiled(found)
        return FlowCall(compilation, contact, now=now, guard=guard, answers=answers, variants=variants)

    return place
