from __future__ import annotations

import subprocess
import sys

import pytest

from tests.testing.made_flows import BOOKING, BOOKING_TESTS

pytest_plugins = "pytester"


def test_importing_the_plugin_imports_nothing_of_the_engine() -> None:
    code = (
        "import sys, flowengine.testing.pytest_plugin\n"
        "heavy = {'lark', 'jinja2', 'statemachine', 'holidays', 'click', 'asyncio'}\n"
        "before = {'asyncio'} if 'asyncio' in sys.modules else set()\n"
        "print(sorted((heavy - before) & set(sys.modules)),"
        " sorted(m for m in sys.modules if m.startswith('flowengine.') and 'testing' not in m))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_tests_of_flows_are_collected_by_name_and_fail_as_conversations(pytester: pytest.Pytester) -> None:
    pytester.makefile(".flow", booking=BOOKING)
    pytester.makefile(".flowtest", booking=BOOKING_TESTS)
    result = pytester.runpytest("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*booking.flowtest::books a visit PASSED*",
            "*booking.flowtest::says goodbye FAILED*",
            "FAIL  says goodbye",
            "*caller  no",
            "*Thank you for your time. Goodbye.",
            '*expected   "Bye."',
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_one_test_can_be_chosen(pytester: pytest.Pytester) -> None:
    pytester.makefile(".flow", booking=BOOKING)
    pytester.makefile(".flowtest", booking=BOOKING_TESTS)
    pytester.runpytest("-k", "books", "-p", "no:cacheprovider").assert_outcomes(passed=1, deselected=1)


def test_mistakes_of_a_test_file_are_errors_of_its_collection(pytester: pytest.Pytester) -> None:
    pytester.makefile(".flowtest", booking=BOOKING_TESTS.replace("caller: no", "calller: no"))
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*FL851*unknown-line*", "*did you mean 'caller'?*"])


def test_a_flow_that_does_not_compile_fails_the_test_with_its_diagnostics(pytester: pytest.Pytester) -> None:
    pytester.makefile(".flow", booking=BOOKING.replace("agree -> choose", "agree -> chose"))
    pytester.makefile(".flowtest", booking=BOOKING_TESTS)
    result = pytester.runpytest("-k", "books", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["*FL878*", "*agree -> chose*"])


def test_the_fixture_drives_a_flow_turn_by_turn(pytester: pytest.Pytester) -> None:
    pytester.makefile(".flow", booking=BOOKING)
    pytester.makepyfile(
        """
        from datetime import datetime
        import pytest
        from flowengine.errors import ContactNotValid, FlowEngineError

        def test_booking(flow_call):
            call = flow_call("booking.flow", contact={"name": "Sam"}, now=datetime(2026, 11, 24, 10))
            assert "visit" in call.agent
            call.caller("yes")
            assert call.agent == "Which day would suit you?"
            assert call.state == "choose"
            call.caller("next tuesday")
            assert call.outcome == "booked"
            assert call.variables["day"].isoformat() == "2026-12-01"
            assert call.notes == ("visit on 2026-12-01",)

        def test_cues(flow_call):
            call = flow_call("booking.flow", {"name": "Sam"})
            call.silence(6)
            assert call.agent == "Are you still there?"
            call.press("1")
            call.hang_up()
            assert call.outcome == "hung_up"
            assert "(press 1)" in repr(call)

        def test_interruption(flow_call):
            call = flow_call("booking.flow", {"name": "Sam"})
            call.interrupt(after="Amy", words="no thanks")
            assert call.outcome == "declined"
            with pytest.raises(FlowEngineError):
                flow_call("booking.flow", {"name": "Sam"}).interrupt(after="nonsense", words="no")

        def test_contact(flow_call):
            with pytest.raises(ContactNotValid):
                flow_call("booking.flow")
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=4)
