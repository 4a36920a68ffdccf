"""Clone jobs: which queue they go to and what they do. Start with `cloning`."""
