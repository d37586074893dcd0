"""Ways to ring a person. No bell takes an argument that could carry content; the texts are fixed in ``words``."""
