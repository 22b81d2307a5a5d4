"""Somebody else's copy of an edition."""
