"""The swarm: alone knows libtorrent."""
