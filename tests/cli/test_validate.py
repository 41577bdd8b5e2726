"""`flowengine validate`, as a person and as a program see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from flowengine.cli.main import main

GOOD = 'flow good "Good" inbound\n\nstate start\n  say "Hello."\n  end failed\n'
BAD = 'flow bad "Bad" inbound\n\nstate start\n  say "Hello."\n  -> nowhere\n'
CASES = Path(__file__).parent.parent / "cases"


def test_a_folder_of_good_flows_passes(tmp_path: Path) -> None:
    (tmp_path / "good.flow").write_text(GOOD, "utf-8")
    result = CliRunner().invoke(main, ["validate", str(tmp_path)])
    assert result.exit_code == 0
    assert result.output.startswith("1 flow, 0 errors, 0 warnings in ")


def test_an_error_is_shown_and_fails(tmp_path: Path) -> None:
    (tmp_path / "bad.flow").write_text(BAD, "utf-8")
    result = CliRunner().invoke(main, ["validate", str(tmp_path / "bad.flow")])
    assert result.exit_code == 1
    assert "error[FL201] undefined-state: no state is called 'nowhere'" in result.output
    assert "5 │   -> nowhere\n  │      ^^^^^^^" in result.output
    assert "1 flow, 1 error, 0 warnings in " in result.output


def test_warnings_alone_do_not_fail(tmp_path: Path) -> None:
    (tmp_path / "warned.flow").write_text(GOOD + "\nstate other\n  -> start\n", "utf-8")
    result = CliRunner().invoke(main, ["validate", str(tmp_path)])
    assert result.exit_code == 0
    assert "0 errors, 1 warning in " in result.output


def test_json_has_every_field(tmp_path: Path) -> None:
    path = tmp_path / "bad.flow"
    path.write_text(BAD + "\nstate start\n  end failed\n", "utf-8")
    result = CliRunner().invoke(main, ["validate", "--format", "json", str(path)])
    assert result.exit_code == 1
    undefined, duplicate = json.loads(result.output)["diagnostics"]
    assert undefined == {
        "code": "FL201",
        "name": "undefined-state",
        "severity": "error",
        "path": str(path),
        "line": 5,
        "column": 6,
        "end_line": 5,
        "end_column": 13,
        "message": "no state is called 'nowhere'",
        "help": "define it: state nowhere",
        "related": [],
        "fix": None,
    }
    (related,) = duplicate["related"]
    assert (related["path"], related["line"], related["message"]) == (str(path), 3, "first defined")


def test_a_mistake_in_a_library_is_reported_once_for_all_its_users(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "shared.flow").write_text("state shared\n  end nothing\n", "utf-8")
    for name in ("one", "two"):
        text = f'flow {name} "Name" inbound\n  use shared\n\nstate start\n  -> shared\n'
        (tmp_path / f"{name}.flow").write_text(text, "utf-8")
    result = CliRunner().invoke(main, ["validate", str(tmp_path)])
    assert result.output.count("error[") == 1
    assert "3 flows, 1 error" in result.output


def test_hidden_folders_are_searched_only_when_they_are_named(tmp_path: Path) -> None:
    hidden = tmp_path / "flows" / ".venv" / "deep"
    hidden.mkdir(parents=True)
    (hidden / "bad.flow").write_text(BAD, "utf-8")
    (tmp_path / "flows" / "folder.flow").mkdir()
    assert "no .flow file" in CliRunner().invoke(main, ["validate", str(tmp_path)]).output
    assert "1 flow, 1 error" in CliRunner().invoke(main, ["validate", str(hidden)]).output


def test_no_flow_at_all_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["validate", str(tmp_path)])
    assert result.exit_code == 1
    assert "no .flow file" in result.output


def test_a_missing_file_is_one_diagnostic(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["validate", str(tmp_path / "none.flow")])
    assert result.exit_code == 1
    assert result.output.count("FL100") == 1


def test_validating_imports_nothing_that_a_service_needs() -> None:
    code = (
        "import sys\n"
        "from flowengine.cli.main import main\n"
        f"main(['validate', {str(CASES / 'every_core_construct.flow')!r}], standalone_mode=False)\n"
    )
    listed = "\nprint(sorted({name.partition('.')[0] for name in sys.modules}))"
    quiet = code.replace("main(['validate'", "try:\n    main(['validate'").replace(
        "standalone_mode=False)\n", "standalone_mode=False)\nexcept SystemExit:\n    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", quiet + listed], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    for heavy in ("sqlalchemy", "starlette", "statemachine", "asyncio", "twilio", "numpy"):
        assert f"'{heavy}'" not in loaded


def test_two_flows_of_one_name_in_a_folder_are_warned_of(tmp_path: Path) -> None:
    for folder in ("", "old"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "good.flow").write_text(GOOD, "utf-8")
    result = CliRunner().invoke(main, ["validate", str(tmp_path)])
    assert result.exit_code == 0
    assert "warning[FL810] shared-flow-name" in result.output
    assert str(tmp_path / "good.flow") in result.output
    assert str(tmp_path / "old" / "good.flow") in result.output
    one_by_one = CliRunner().invoke(
        main, ["validate", str(tmp_path / "good.flow"), str(tmp_path / "old" / "good.flow")]
    )
    assert "2 flows, 0 errors, 0 warnings" in one_by_one.output
