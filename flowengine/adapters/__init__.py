"""Vendors behind the ports of `runtime.ports`."""
