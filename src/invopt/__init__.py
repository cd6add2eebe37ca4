"""invopt: from order history to what to buy, what to ship and what to expect back."""

__version__ = "0.1.0"
