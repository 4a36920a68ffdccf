"""Spanish master data, as plain values: who the two bakeries are and what they make."""
