"""Mail that comes back: the address that names its letter, the mailbox that it comes to, what it says."""
