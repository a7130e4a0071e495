"""Pooling, moving and global."""
