"""Layers that most networks have: inputs, dense layers."""
