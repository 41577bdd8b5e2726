"""The speech process with a bound of its own: what comes while the machine has no time for it is heard all the same.

In a call the oldest audio goes after a second. The contract is about what is heard; it is spoken faster than people do.
"""

from __future__ import annotations

from flowengine.adapters.local import child, hearing

hearing.WAITING_BYTES = 10_000_000

if __name__ == "__main__":
    child.main()
