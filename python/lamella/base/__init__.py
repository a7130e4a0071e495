"""What everything else stands on: names, checks, errors, registries, scopes."""
