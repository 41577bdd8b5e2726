"""The exceptions of flowengine: promises that were broken.

A problem in a `.flow` file is never an exception; it is a `Diagnostic`, a value.

    FlowEngineError
    ├── FlowNotValid          a flow with errors was asked to run
    ├── ContactNotValid       contact data does not fit the flow's `contact` block
    ├── IllegalMove           the interpreter asked for a transition the machine does not have
    ├── EvaluationError       a template or an expression could not be evaluated
    ├── SettingsError         a setting that cannot be used
    ├── MissingExtra          an optional dependency is needed and not installed
    ├── ProtocolError         a peer (Twilio, Nova2, the browser) broke its wire contract
    ├── SpeechError           a speech engine failed
    │   ├── RecogniserError
    │   └── SynthesiserError
    ├── ActionError           an action (a Python function, an HTTP request) failed
    ├── ModelError            the language model failed, or there is none
    ├── MeaningError          the engine that compares meanings failed
    ├── TelephonyError        the telephone provider refused or failed
    │   ├── RequestRefused    it will not do this; asking again changes nothing
    │   ├── AccountRefused    it will do nothing for this account: stop dialling
    │   ├── SlowDown          it did nothing, and asks to be asked later
    │   ├── RequestNotSent    nothing has reached it: surely nothing was done
    │   └── AnswerLost        it may have done what was asked, or not: look before asking again
    ├── ListFileError         a file of numbers cannot be taken over
    ├── LabelNotValid         what a reviewer says of a turn cannot be kept
    ├── StoreError            the record could not be read or written
    └── NotScripted           a test does not say what the world outside its call answers
"""

from typing import Literal

import msgspec

UNREADABLE_JSON = (msgspec.DecodeError, ValueError, RecursionError)
"""What reading foreign text as JSON raises, by `json` or msgspec: not JSON, not UTF-8, of another shape, or nested too
deeply, which is no ValueError and would end whatever reads."""

RefusalReason = Literal[
    "invalid_number", "blocked_number", "not_permitted", "caller_id", "address", "not_found", "bad_request"
]
"""Why a telephone provider refuses: the number called does not exist, is not to be called, may not be called from this
account (its country, a trial account); the number called from is not ours; it cannot ask at our address; no such
call; a request that is wrong.
"""


class FlowEngineError(Exception):
    """The root: catch this to catch all that flowengine raises on purpose."""


class FlowNotValid(FlowEngineError):
    """A flow with errors was asked to run; the message carries its rendered diagnostics."""


class ContactNotValid(FlowEngineError):
    """Contact data does not fit the flow's `contact` block; the message names the field, and so does `field`."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class LabelNotValid(FlowEngineError):
    """What a reviewer says of a turn cannot be kept; the message says why, `field` where: turn, name, value."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class IllegalMove(FlowEngineError):
    """The interpreter asked for a transition that the flow's machine does not have."""


class EvaluationError(FlowEngineError):
    """A template or an expression of a flow could not be evaluated; the message names its line, not its values."""


class SettingsError(FlowEngineError):
    """A setting cannot be used; the message names it and says how to mend it."""


class MissingExtra(FlowEngineError):
    """An optional dependency is needed and absent; the message names the extra to install."""


class ProtocolError(FlowEngineError):
    """A peer broke its wire contract."""


class SpeechError(FlowEngineError):
    """A speech engine failed."""


class RecogniserError(SpeechError):
    """Speech recognition failed."""


class SynthesiserError(SpeechError):
    """Speech synthesis failed."""


class ActionError(FlowEngineError):
    """An action failed. The message is fit for the record: names and numbers of the flow, no arguments, no answers."""


class ModelError(FlowEngineError):
    """The language model failed, or there is none. The message quotes neither what was asked nor what was answered."""


class MeaningError(FlowEngineError):
    """The engine that compares meanings failed. The message quotes no utterance."""


class TelephonyError(FlowEngineError):
    """The telephone provider refused a request, or could not be reached."""


class RequestRefused(TelephonyError):
    """The provider refused for good. `status` and `code` are its own numbers; the message quotes none of the others."""

    def __init__(self, message: str, *, reason: RefusalReason, status: int, code: int | None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.code = code


class AccountRefused(TelephonyError):
    """Wrong credentials, or an account that is suspended: nothing that is asked in its name will be done."""


class SlowDown(TelephonyError):
    """Too many requests; nothing was done. `retry_after_s`: in how long to ask again, where the provider says so."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RequestNotSent(TelephonyError):
    """No connection came about, so the provider knows of nothing: asking again can do nothing twice."""


class AnswerLost(TelephonyError):
    """The request may have arrived and no answer can be trusted: a call that was asked for may be ringing."""


class StoreError(FlowEngineError):
    """The record could not be read or written."""


class ListFileError(FlowEngineError):
    """A file of numbers (TPS, do-not-call, consents) cannot be taken over; the message says why, and quotes no line."""


class NotScripted(FlowEngineError):
    """A test does not say what an action, the model or a transfer answers; the message names the line to add."""


def unforeseen(error: Exception) -> str:
    """What is told of an exception that nobody foresaw: its type, since its text may carry speech."""
    return f"{type(error).__name__} was raised"
