"""Messages to customers: drafted from what happened, kept in an outbox, sent only where a business wants it."""
