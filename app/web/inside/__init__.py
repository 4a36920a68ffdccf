"""Pages of an open demo: what surrounds each one, lists, forms. Start with `frame`."""
