"""What a configuration does, computed exactly over all routes."""
