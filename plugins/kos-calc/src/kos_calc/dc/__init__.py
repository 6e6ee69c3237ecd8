"""The stack calculator dc."""
