"""Normalisation of batches, rows and groups."""
