"""Which calls somebody may know of, and what is told of them."""
