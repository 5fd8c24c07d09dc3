"""Pushes in the model from configurations that no test of rendering was written for, judged route by route and line by line; see `__main__`."""
