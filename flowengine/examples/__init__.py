"""Functions that the shipped flows run, so that they can be tried without a system behind them."""
