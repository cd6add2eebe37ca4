"""Shipping: cartons, carriers and their rates, promise dates, tracking."""
