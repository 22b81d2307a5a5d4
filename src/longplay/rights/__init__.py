"""Rights: one table of rules, one gate that reads it, and readers of what files state."""
