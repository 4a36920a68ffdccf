"""Production: batches and the plan of a day."""
