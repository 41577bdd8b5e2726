"""When Twilio's verdicts on who has answered are told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from flowengine.testing.twilio.notices import Notices
from flowengine.testing.twilio.report import CallReport


class ToldAccount:
    """Keeps what is posted."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        self.told.append(form["AnsweredBy"])
        return 204, ""


def test_verdicts_count_from_the_agents_first_sound() -> None:
    async def main() -> tuple[list[str], list[str]]:
        account = ToldAccount()
        form = {"AccountSid": "AC1", "CallSid": "CA1"}
        notices = Notices(account, form, CallReport("CA1"), status_url=None)  # type: ignore[arg-type]  # all that it needs
        verdicts = asyncio.create_task(
            notices.machine("http://amd", (0.0, "unknown"), (0.01, "machine_start"), (0.02, "human"))
        )
        await asyncio.sleep(0.1)
        before = list(account.told)
        await notices.all_told(verdicts)
        return before, account.told

    before, after = asyncio.run(main())
    assert before == ["unknown"]
    assert after == ["unknown", "machine_start", "human"]
