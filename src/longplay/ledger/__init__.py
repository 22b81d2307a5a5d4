"""What we hold and what happened to it: the journal, which is the truth, and its projection in SQL."""
