"""What every HTTP endpoint shares: JSON bodies, the OpenAPI document, health and metrics."""
