"""Prints one table. Rows of another path join by another module with `rows()` in PATHS."""

from __future__ import annotations

from benchmarks import dialling, figures, model, queue, saying, text
from benchmarks.measure import show

PATHS = (text.rows, figures.rows, queue.rows, dialling.rows, model.rows, saying.rows)

if __name__ == "__main__":
    show(row for path in PATHS for row in path())
