# Sourced by ./run and ./check: a virtual environment in .venv with this checkout and one of its extras in it.
# Made once, and again when pyproject.toml or Python has changed. PYTHON=/path/to/python chooses the interpreter.

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_recent "$PYTHON" || fail "PYTHON is '$PYTHON', which is not a Python of version 3.11 or later."
        return
    fi
    for PYTHON in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_recent "$PYTHON"; then return; fi
    done
    fail "Python 3.11 or later is needed and was not found." \
        "On Debian or Ubuntu:  sudo apt-get install python3 python3-venv" \
        "Elsewhere, say where it is:  PYTHON=/path/to/python $0"
}

make_environment() {
    find_python
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || fail \
        "Python's venv module is missing." \
        "On Debian or Ubuntu:  sudo apt-get install $(basename "$PYTHON")-venv"
    echo "Making a virtual environment in .venv"
    "$PYTHON" -m venv --clear .venv || fail "The virtual environment could not be made: see above."
}

# install EXTRAS: leaves them installed; `dev` holds `local` and `meaning` too.
install() {
    python=.venv/bin/python
    if is_recent $python; then
        wanted="$(cat pyproject.toml scripts/pinned.txt scripts/alone.txt | cksum) $($python -V) $(pwd)"
        for extra in "$1" dev; do
            case $extra:$1 in dev:*digits) continue ;; esac
            if [ "$(cat ".venv/installed-$extra" 2>/dev/null)" = "$wanted" ]; then return; fi
        done
    fi
    # Without pip, an earlier run was stopped while it made the environment.
    if ! is_recent $python || ! $python -m pip --version >/dev/null 2>&1; then make_environment; fi
    echo "Installing flowengine[$1] and what it needs (once; a minute or two)"
    quiet=-q
    if [ -t 1 ]; then quiet=; fi
    pip="$python -m pip install $quiet --disable-pip-version-check --no-input"
    alone="$pip --no-deps --require-hashes"
    { $alone -r scripts/pinned.txt && $pip -e ".[$1]" && $alone -r scripts/alone.txt; } || fail \
        "The packages could not be installed: see above. Running the same command again goes on where it stopped."
    echo "$(cat pyproject.toml scripts/pinned.txt scripts/alone.txt | cksum) $($python -V) $(pwd)" >".venv/installed-$1"
}
