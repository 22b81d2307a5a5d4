"""Editions: what the gate lets be redistributed, as bags and torrents, and their verification."""
