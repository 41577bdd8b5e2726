"""The language of `.flowtest` files: text to tests."""
