"""Which intents get mixed up: from a flow's own phrases, and from recorded calls; and what to add."""
