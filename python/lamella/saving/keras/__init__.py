"""Keras's files: .keras, .weights.h5, and .h5 of Keras 2."""
