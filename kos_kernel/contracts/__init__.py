"""What a driver must look like: protocols, base classes and frozen records, one file a subsystem.

Imports nothing but the standard library, `errors` and `abi`, so that knowing a contract costs nothing.
"""
