"""Keeping what is held whole: audit and rebuild."""
