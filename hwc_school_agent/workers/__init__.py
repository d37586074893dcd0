"""The children of ``watch``: born for one task, one word out, then dead; the operating system takes the memory back."""
