"""The figures of a snapshot: counted, as tables, as plots, as a page."""
