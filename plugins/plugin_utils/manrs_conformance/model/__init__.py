"""Frozen values that cross every seam: no behaviour beyond their own invariants."""
