"""What several functions need; a zip holds only the modules that its handler imports."""
