"""How the tables came about, one step a file. `schema.py` runs them; a step that was released never changes again."""
