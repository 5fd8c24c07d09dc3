"""Differential tests: generated policies and routes, asked of a real FRR daemon and of the engine."""
