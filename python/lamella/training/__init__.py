"""How a model is trained, evaluated and asked."""
