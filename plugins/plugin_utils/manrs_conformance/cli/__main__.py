"""`python -m manrs_conformance.cli`."""

from __future__ import annotations

from . import main

main()
