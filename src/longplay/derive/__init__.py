"""Derivation: what is made of a recording we hold, its measurements made anew and its access copies."""
