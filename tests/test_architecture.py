"""The floor plan of docs/explanation/architecture.md, enforced: who may import whom, and how big a file may grow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "flowengine"

FLOORS = {
    "errors": 0,
    "actions": 1,
    "examples": 1,
    "words": 0,
    "language": 1,
    "compliance": 1,
    "graph": 2,
    "conversation": 3,
    "runtime": 4,
    "adapters": 5,
    "store": 5,
    "service": 6,
    "testing": 6,
    "editor": 6,
    "cli": 7,
}
"""A room imports itself and lower floors. `flowengine/__init__.py` and `__main__.py` stand above the house."""

FENCES: dict[str, tuple[str, ...]] = {
    "aiohttp": ("adapters/actions",),
    "asyncio": ("runtime", "adapters", "store", "service", "testing", "editor/server.py", "cli"),
    "alembic": ("store",),
    "av": ("adapters/nova2",),
    "click": ("cli",),
    "cryptography": ("store/vault.py",),
    "faster_whisper": ("adapters/local",),
    "hibari": ("adapters/local",),
    "holidays": ("compliance",),
    "httpx2": ("adapters/openai",),
    "jinja2": ("graph", "conversation"),
    "lark": ("language", "testing/flowtest"),
    "lsprotocol": ("editor/server.py", "editor/answers.py"),
    "msgspec": ("errors.py", "conversation/record.py", "adapters", "store", "service", "testing", "cli"),
    "numpy": ("adapters/local", "store/tps_import.py"),
    "onnx": ("adapters/local",),
    "onnxruntime": ("adapters/local",),
    "openai": ("adapters/openai",),
    "opentelemetry": ("service/tracing.py",),
    "phonenumbers": ("compliance/numbers.py",),
    "pygls": ("editor/server.py", "editor/answers.py"),
    "pytest": ("testing",),
    "requests": ("adapters/twilio",),
    "sqlalchemy": ("store",),
    "sqlite3": ("store",),
    "starlette": ("service",),
    "statemachine": ("conversation/machine.py",),
    "threading": ("runtime", "adapters", "store", "service", "testing", "cli"),
    "twilio": ("adapters/twilio",),
    "urllib3": ("adapters/twilio",),
    "uvicorn": ("service",),
    "uvloop": ("cli/load_run.py",),
    "websockets": ("adapters/nova2", "service/websocket/frames.py", "testing"),
}
"""Where a package may be imported: a room, a folder in it, or one file. Any other package is refused."""

LONGEST_FILE = 400
FILES = sorted(PACKAGE.rglob("*.py"))


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the dotted module as written, whether it is only for type checking, and where it stands."""

    module: str
    typing_only: bool
    line: int


def imports(tree: ast.Module) -> Iterator[Import]:
    """Every import of a file, those inside functions too, and those by name: `load("onnx")`, `import_module("av")`."""
    typing_only = {
        id(node)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and ast.unparse(guard.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in guard.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield Import(name.name, id(node) in typing_only, node.lineno)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                for name in names:
                    # `from flowengine.language import ast` names a module; `from x import y` may name a thing in it.
                    is_module = (PACKAGE.parent / module.replace(".", "/") / f"{name.name}.py").is_file()
                    yield Import(f"{module}.{name.name}" if is_module else module, id(node) in typing_only, node.lineno)
            case ast.Call(
                func=ast.Name(id="load") | ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name))]
            ):
                yield Import(name, False, node.lineno)
            case ast.ImportFrom(level=level) if level:
                yield Import("." * level, False, node.lineno)
            case _:
                pass


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """`flowengine.graph.model` → graph."""
    return module.split(".")[1] if "." in module else ""


def is_within(path: Path, place: str) -> bool:
    return shown(path) == place or shown(path).startswith(f"{place}/")


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module_of(path)) for path in FILES} - {"", "__main__"}
    assert rooms == set(FLOORS)


def test_imports_go_down() -> None:
    """Where this fails, a file looks up, or into a room beside its own."""
    wrong = [
        f"{shown(path)}:{each.line} imports {each.module}"
        for path in FILES
        if (room := room_of(module_of(path))) in FLOORS
        for each in imports(tree_of(path))
        if each.module.split(".")[0] == "flowengine"
        and (other := room_of(each.module)) != room
        and FLOORS.get(other, 99) >= FLOORS[room]
    ]
    assert not wrong


def test_packages_stay_behind_their_fence() -> None:
    wrong = []
    for path in FILES:
        for each in imports(tree_of(path)):
            top = each.module.split(".")[0]
            if top == "flowengine" or (top in sys.stdlib_module_names and top not in FENCES):
                continue
            if not any(is_within(path, place) for place in FENCES.get(top, ())):
                wrong.append(f"{shown(path)}:{each.line} imports {each.module}")
    assert not wrong


def test_no_import_is_relative() -> None:
    found = [shown(path) for path in FILES for each in imports(tree_of(path)) if each.module.startswith(".")]
    assert not found


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {module_of(path): path for path in FILES}
    needs = {
        module: sorted({each.module for each in imports(tree_of(path)) if not each.typing_only} & set(known))
        for module, path in known.items()
    }
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, "a circle of imports: " + " → ".join((*above[above.index(module) :], module))
        if module not in done:
            for needed in needs[module]:
                visit(needed, (*above, module))
            done.add(module)

    for module in known:
        visit(module, ())


def test_every_module_says_what_it_is_for() -> None:
    assert not [shown(path) for path in FILES if not ast.get_docstring(tree_of(path))]


def test_no_file_grows_past_reading() -> None:
    """A longer one is perhaps more than one room."""
    sizes = {shown(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert not {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE}


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=shown)
def test_a_package_exports_sorted_names_and_does_nothing_else(path: Path) -> None:
    for statement in tree_of(path).body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) | ast.ImportFrom():
                pass
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names = ast.literal_eval(value)
                assert list(names) == sorted(names)
            case ast.AnnAssign(value=ast.Tuple(elts=members)) if all(isinstance(each, ast.Name) for each in members):
                pass  # a list of the package's members, as `graph.checks` keeps: adding one costs one line
            case _:
                pytest.fail(f"line {statement.lineno}: {ast.unparse(statement)}")
