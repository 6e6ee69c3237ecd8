"""Figures: numbers that say how a schedule treated its tasks."""
