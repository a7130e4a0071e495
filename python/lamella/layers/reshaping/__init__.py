"""What moves values without changing them."""
