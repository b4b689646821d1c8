"""Mail out: what is due, what it says, and how it reaches the relay."""
