"""Checks of a flow, one rule a file. A check's docstring holds a bad and a good flow, which the tests compile."""
