"""Sales by day, by hour and by product, read from the point of sale's tickets."""
