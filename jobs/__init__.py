"""What happens outside requests: cloning, dropping, refilling, cleaning up, and when."""
