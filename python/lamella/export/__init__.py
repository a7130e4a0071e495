"""Models for inference without lamella."""
