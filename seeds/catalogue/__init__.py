"""The master data of the two bakeries, as plain values. `kinds` has their types."""
