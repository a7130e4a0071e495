"""State dictionaries of PyTorch's modules."""
