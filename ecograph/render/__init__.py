"""What people look at: pages made from results, as strings."""
