"""From failed findings to a router that holds conformant configuration, or its old one: nothing in between."""
