"""Many callers at once, from one process: what a server bears, and how well."""
