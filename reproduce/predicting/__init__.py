"""What reproduce.predict does with one's own images: read, label, draw, count, show."""
