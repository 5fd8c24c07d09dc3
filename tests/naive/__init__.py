"""Second readings of the vendors' rules, written apart from the engine: `indented` (IOS, NX-OS, EOS), `xr` and `junos`; see `__main__`."""
