"""What a monitoring system is told of this process: numbers only, nothing of any person."""
