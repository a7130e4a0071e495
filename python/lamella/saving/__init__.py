"""Files of models: saved, loaded, exported."""
