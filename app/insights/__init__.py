"""What operations and marketing work with: leads first (`leads/service.py`)."""
