"""Sidecars: documents beside a recording that say what it was transferred from."""
