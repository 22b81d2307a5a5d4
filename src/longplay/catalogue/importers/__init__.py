"""One file a source: each knows how that source is published, and nothing of how rows are kept."""
