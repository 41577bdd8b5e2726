"""The list of all checks, and the one call that runs them."""

from __future__ import annotations

from types import ModuleType

from flowengine.graph.checks import (
    constant_condition,
    default_of_wrong_type,
    duplicate_branch,
    duplicate_definition,
    end_without_outcome,
    endless_ladder,
    endless_talk,
    hangup_goes_on,
    invalid_pattern,
    keypad_clash,
    listen_time,
    listen_without_otherwise,
    listen_without_silence,
    loose_end,
    misplaced_resume,
    missing_result,
    no_states,
    no_way_out,
    outbound_without_guard,
    outcome_never_reached,
    reserved_name,
    rung_gap,
    slot_without_question,
    template_syntax,
    type_mismatch,
    undefined_intent,
    undefined_line,
    undefined_outcome,
    undefined_slot,
    undefined_state,
    unknown_filter,
    unknown_variable,
    unreachable_state,
    unreachable_statement,
    unspeakable_text,
    unused_definition,
    value_not_in_choices,
    waiting_in_branch,
)
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

CHECKS: tuple[ModuleType, ...] = (
    undefined_state,
    duplicate_definition,
    undefined_line,
    undefined_intent,
    undefined_slot,
    undefined_outcome,
    reserved_name,
    unused_definition,
    unreachable_state,
    unreachable_statement,
    loose_end,
    no_way_out,
    endless_talk,
    misplaced_resume,
    waiting_in_branch,
    missing_result,
    duplicate_branch,
    hangup_goes_on,
    no_states,
    constant_condition,
    value_not_in_choices,
    default_of_wrong_type,
    type_mismatch,
    template_syntax,
    unknown_variable,
    unknown_filter,
    unspeakable_text,
    invalid_pattern,
    slot_without_question,
    listen_without_silence,
    listen_without_otherwise,
    rung_gap,
    endless_ladder,
    keypad_clash,
    listen_time,
    outbound_without_guard,
    end_without_outcome,
    outcome_never_reached,
)


def run_checks(draft: Draft) -> list[Diagnostic]:
    """Every check's findings."""
    return [problem for module in CHECKS for problem in module.check(draft)]
