"""One live call's body: session, turns, playback."""
