"""Live calls in a storm for as long as wanted: `python -m benchmarks.storm --minutes 10 [--seed N]`.

Each round is one call, on a clock that takes no time: `tests/runtime/storm.py` says what may happen in it and what must
hold. What breaks is cut down to the acts that matter and printed; `--seed N` gets it again.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from time import time

from tests.runtime.storm import shrunk, trial


def run(minutes: float, seed: int, tell: Callable[[str], None]) -> int:
    """The number of calls in which something did not hold."""
    until, first, found = time() + minutes * 60, seed, 0
    while time() < until:
        if trial(seed).wrong:
            found += 1
            storm = shrunk(seed)
            tell(f"seed {seed}: {storm.wrong}\n" + "\n".join(f"  {act}" for act in storm.acts))
        seed += 1
    tell(f"{seed - first:,} calls, {found} with something wrong")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1000)
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    sys.exit(1 if run(given.minutes, given.seed, print) else 0)


if __name__ == "__main__":
    main()
