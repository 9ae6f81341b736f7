"""Records that may be one customer: found, shown, settled; nothing is merged by itself (M26)."""
