"""A stand-in for a language model's service: OpenAI's chat completions, streamed over a real socket, as scripted."""
