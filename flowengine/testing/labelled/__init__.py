"""Labels of recorded calls held against their flow, and made tests and phrases of."""
