"""What a session may do: rules, and the policy files they come from. Start with `rules`."""
