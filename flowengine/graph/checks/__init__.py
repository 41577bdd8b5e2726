"""One check a file; `ALL` lists them."""
