"""What the scheduler runs: expiry, drops, repairs, template renewal. Start with `cleanup`."""
