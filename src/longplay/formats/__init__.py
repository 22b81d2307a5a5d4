"""Published formats, bytes to model and back: no files, no sockets."""
