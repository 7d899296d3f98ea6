"""What everything stands on: errors, registries, strict files, offsets, regions, results, APA wording."""
