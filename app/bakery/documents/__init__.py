"""What all documents of the bakery have in common: numbers in a series, and VAT by rate.

Start with `numbering`.
"""
