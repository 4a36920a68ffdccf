"""The parts of the compiler: each turns the catalog rows of its kinds into nodes of the draft."""
