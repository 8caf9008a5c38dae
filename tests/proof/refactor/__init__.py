"""Proofs that `dropcheck refactor` changes the form of a model and nothing that it computes."""
