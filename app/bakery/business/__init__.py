"""The bakery's own profile, its places and its people."""
