"""The command line: parse, call the use case, render its result. One file a noun."""
