"""Actions for tests, as a flow would declare them."""

from __future__ import annotations

from flowengine.graph.compile import compile_text
from flowengine.graph.model import Action


def made(means: str, signature: str = "(day: date, name: text) -> reference: text", *options: str) -> Action:
    """The action of a small flow: `made('python "a.b:c"', "(day: date)", "timeout 2s")`."""
    lines = "".join(f"  {option}\n" for option in (means, *options))
    text = (
        'flow small "Small" inbound\n  agent "Amy" of "Us"\n\noutcome done success\noutcome hung_up\n\n'
        f"action act{signature}\n{lines}\n"
        'state hello\n  say "Goodbye."\n  end done\n\nanywhere\n  hangup: end hung_up\n'
    )
    compilation = compile_text(text)
    assert compilation.flow is not None, compilation.diagnostics
    return compilation.flow.actions["act"]
