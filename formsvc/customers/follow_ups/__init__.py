"""What was said with a customer, and the next step with its owner and date (M35)."""
