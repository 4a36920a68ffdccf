"""What a prospect explores: one package a domain, each on the tables of its tenant's schema."""
