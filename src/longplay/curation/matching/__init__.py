"""Holdings meet the catalogue: which recording each is, and so which status every recording has, and why."""
