"""May we dial, and may we say it? Pure rules."""
