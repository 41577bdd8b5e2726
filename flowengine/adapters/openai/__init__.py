"""The model port on any service that speaks OpenAI's chat completions: OpenAI's own, llama.cpp, Ollama, vLLM, …"""
