"""What several platforms of one maker share: how its interfaces ask, answer and refuse. Pure."""
