"""Who the visitor is to the bakery."""
