"""A second, naive reading of Junos policies over a tiny world, to check the engine against."""
