"""The pages of the desk, a file a subject: a visit in, a response out."""
