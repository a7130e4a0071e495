"""lamella's own files: one safetensors file a model."""
