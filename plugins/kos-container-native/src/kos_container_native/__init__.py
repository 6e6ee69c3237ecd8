"""Containers made of the kernel's own namespaces and a root directory."""
