"""Exchange with annotation software: each reader and writer says what it could not carry over."""
