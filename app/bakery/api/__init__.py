"""What every endpoint of the bakery has in common; start with `blueprint`, then `operations`."""
