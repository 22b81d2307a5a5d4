"""What exists in the world: sources imported as they are, resolved into one catalogue, ranked, searchable."""
