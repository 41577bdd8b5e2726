"""One call's mind: events in, commands out."""
