"""Where facts from outside the routers come from: each source returns its value with provenance."""
