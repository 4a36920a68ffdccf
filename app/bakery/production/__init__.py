"""What is baked, batch by batch."""
