"""The language of jq: programs as text, and the values that they are about."""
