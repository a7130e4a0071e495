"""What joins branches."""
