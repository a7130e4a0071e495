"""What acts in training only: dropout, noise, penalties of outputs."""
