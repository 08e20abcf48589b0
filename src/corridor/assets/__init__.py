"""Property: freeze, claims, restitution, return. Empty until the road of articles 31 and 49 to 52 is built."""
