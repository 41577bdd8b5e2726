"""What things cost, each beside the least it could cost, both measured in the same run: `python -m benchmarks`."""
