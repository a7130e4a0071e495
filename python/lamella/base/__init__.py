"""What everything else stands on: names, checks, errors, registries, scopes; imports nothing of lamella but itself."""
