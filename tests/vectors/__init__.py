"""Results that other programs gave, and the tests that hold KOS against them."""
