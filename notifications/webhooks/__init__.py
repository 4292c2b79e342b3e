"""A committee's webhook: when it is owed a message, what that says, and how it is posted."""
