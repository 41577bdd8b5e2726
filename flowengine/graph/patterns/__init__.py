"""How long a pattern of an intent can take at most: found from the pattern itself, before anybody calls."""

from flowengine.graph.patterns.cost import ENDLESS, LONGEST_MATCHED, MOST_STEPS, steps

__all__ = ["ENDLESS", "LONGEST_MATCHED", "MOST_STEPS", "steps"]
