"""What prepares data: scaling, normalising, resizing and augmenting pictures."""
