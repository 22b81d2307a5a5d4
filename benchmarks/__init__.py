"""Measurements behind every claim of speed: ratios to a peer in the same run, medians, no asserts."""
