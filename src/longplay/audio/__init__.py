"""The audio engine: alone knows PyAV and mutagen."""
