"""Data adapters: what users pass as x and y, made ready for the native feed."""
