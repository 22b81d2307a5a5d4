"""Files against digests: the one check that verify, mirror and audit share."""
