"""The HTTP API: one file a subject, and `routes.ENDPOINTS`, the table from which routes, roles and OpenAPI follow."""
