"""Proofs of exactness: `rehearsal` before a plan is kept, `verify` on a clone."""
