"""What goes into a product."""
