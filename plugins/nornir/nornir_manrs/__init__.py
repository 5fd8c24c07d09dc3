"""Nornir face of the MANRS engine: tasks, processors and functions."""
