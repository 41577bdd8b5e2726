"""A command that stands there until it is told to stop ends whenever it is told."""

from __future__ import annotations

import subprocess
import sys

WHENEVER = """
import os, signal, sys, threading
from flowengine.cli.stopping import Told

def told_at(number):
    left = [number]
    def step(frame, event, argument):
        left[0] -= 1
        if left[0] == 0:
            signal.raise_signal(signal.SIGTERM)
        return step
    return step

for number in range(40):
    stopped = Told()
    # Where there are fewer steps: while it waits.
    late = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGTERM))
    late.start()
    sys.settrace(told_at(number))
    stopped.wait()
    sys.settrace(None)
    late.join()
print("stopped each time")
"""


def test_whatever_it_does_when_the_signal_comes_it_stops() -> None:
    done = subprocess.run([sys.executable, "-c", WHENEVER], capture_output=True, text=True, check=False, timeout=300)
    assert (done.stdout, done.returncode) == ("stopped each time\n", 0), done.stderr
