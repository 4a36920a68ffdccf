"""From a catalog to a clone plan. Start with `compiler`; `parts` has a module for each kind."""
