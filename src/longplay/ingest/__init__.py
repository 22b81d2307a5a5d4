"""Accession: folders become holdings."""
