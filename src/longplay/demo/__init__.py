"""The told story: what the archive does, shown on music it performs itself."""
