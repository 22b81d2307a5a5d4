"""Walks: the structure of audio files, read while their bytes go by."""
