"""Proofs over every way through a flow: what a policy promises, no sequence of events can break."""
