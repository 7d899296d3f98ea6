"""Claims, study files, runs: from a question in YAML to a sentence with its doubts."""
