"""Layers as such, and the program that they become."""
