"""What an agent may not say, and how to know it: pure rules over one sentence."""
