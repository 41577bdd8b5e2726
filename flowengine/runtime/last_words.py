"""What a caller is told when a call must end for a reason that is not the flow's."""

from __future__ import annotations

BAD_LINE = "I'm sorry, the line is bad. Goodbye."
TOO_LONG = "I'm sorry, we have to stop here. Thank you for your time. Goodbye."
NO_VOICE = "I'm sorry, we have a fault at our end. Goodbye."
"""Said from its clip: the voice is what has failed."""
NO_HEARING = "speech recognition failed"
NO_SPEECH = "speech synthesis failed"
HUNG_UP = "hung up"
LASTED = "longest call reached"
STOPS = "service stopping"
"""Why a call was ended, in its record; `HUNG_UP` is the caller's own doing."""
CAUSES = frozenset({LASTED, STOPS})
"""Of the reasons for which a call is ended from outside, those that are ours: an API's client writes what it likes."""
STOPPING = "I'm sorry, we have to end this call now. Goodbye."
LAST_WORDS = frozenset({BAD_LINE, TOO_LONG, NO_VOICE, STOPPING})
