"""A second, deliberately naive reading of the IOS-XR policy language, route by route, that shares no code with the engine."""
