"""Records that are put aside, and brought back."""
