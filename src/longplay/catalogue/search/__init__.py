"""Finding artists, releases and recordings of a snapshot by what they are called."""
