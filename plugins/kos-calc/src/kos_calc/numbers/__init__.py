"""Decimal numbers of any length: integers in pieces, arithmetic with scales, notation in any base."""
