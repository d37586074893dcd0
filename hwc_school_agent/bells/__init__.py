"""Ways to ring a person. The words are fixed in code; no bell takes an argument that could carry content."""
