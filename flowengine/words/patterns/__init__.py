"""Regular expressions over what is said: made ready once, and what each promises, read from the expression itself."""

from flowengine.words.patterns.compiling import compiled
from flowengine.words.patterns.needles import Sieve, Strings, needles, rarest

__all__ = ["Sieve", "Strings", "compiled", "needles", "rarest"]
