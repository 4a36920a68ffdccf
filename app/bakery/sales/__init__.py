"""What was sold, by day and by product: read from the point of sale's tickets."""
