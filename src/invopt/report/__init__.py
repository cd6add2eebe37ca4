"""What people read: pages, pictures and explanations of one published plan."""
