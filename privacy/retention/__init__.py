"""How long what is kept, holds, and erasure through all copies."""
