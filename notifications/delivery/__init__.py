"""The outbox and the ways by which a letter leaves: claimed, frozen, delivered, marked."""
