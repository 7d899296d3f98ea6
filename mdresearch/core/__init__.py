"""What everything stands on: errors, registries, strict files, regions, results, APA wording."""
