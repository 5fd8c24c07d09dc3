"""A second, deliberately naive reading of IOS, NX-OS and EOS policies, route by route, that shares no code with the engine."""
