"""What was done in a visit, in numbers, for the page after its end. Start with `figures`."""
