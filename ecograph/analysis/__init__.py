"""What the network tells: one module a question, one function an answer."""
