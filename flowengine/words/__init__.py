"""Speech as words: for whoever compares what is said with what is written."""
