"""Making: the day's plan, batches, recipes, and forecasts."""
