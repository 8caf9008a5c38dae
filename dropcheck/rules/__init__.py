"""The rules, one a file; ``ALL_RULES`` is written out by hand, so that importing a rule has no side effect."""

from __future__ import annotations

from dropcheck.rules import (
    discarded_dropout_result,
    dropout_module_in_forward,
    dropout_never_active,
    functional_dropout_could_be_module,
    handwritten_dropout_ungated,
    hardcoded_training_true,
    invalid_dropout_probability,
    invalid_suppression,
    inverted_training_flag,
    missing_training_flag,
    mode_in_p_slot,
    mode_read_at_construction,
    sticky_eval_probability,
    stored_training_flag,
    syntax_error,
    training_flag_is_method,
    ungated_attention_dropout,
    ungated_helper_call,
    unregistered_dropout_module,
    unused_suppression,
)
from dropcheck.rules.rule import Rule

ALL_RULES: tuple[Rule, ...] = (
    missing_training_flag.RULE,
    hardcoded_training_true.RULE,
    training_flag_is_method.RULE,
    mode_in_p_slot.RULE,
    ungated_attention_dropout.RULE,
    dropout_module_in_forward.RULE,
    unregistered_dropout_module.RULE,
    ungated_helper_call.RULE,
    inverted_training_flag.RULE,
    sticky_eval_probability.RULE,
    stored_training_flag.RULE,
    mode_read_at_construction.RULE,
    handwritten_dropout_ungated.RULE,
    discarded_dropout_result.RULE,
    invalid_dropout_probability.RULE,
    dropout_never_active.RULE,
    functional_dropout_could_be_module.RULE,
    syntax_error.RULE,
    unused_suppression.RULE,
    invalid_suppression.RULE,
)

__all__ = ["ALL_RULES", "Rule"]
