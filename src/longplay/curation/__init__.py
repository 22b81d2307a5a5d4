"""Decisions that join what is held: which files are one recording, and which of them stands for it."""
