"""The list of customers: filters, saved by name, and what is done with several at once (M45)."""
