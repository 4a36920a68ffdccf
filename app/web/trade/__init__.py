"""Trade: customers and their orders."""
