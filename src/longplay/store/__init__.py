"""The blob store: bytes named by their SHA-256, written once, never changed."""
