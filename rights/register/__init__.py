"""What of the customer register is told to whom."""
