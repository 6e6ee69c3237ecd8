"""The devices that every Linux machine has: null, zero, full, random, terminals, and a RAM disk."""
