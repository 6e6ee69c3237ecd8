"""Patches read and applied."""
