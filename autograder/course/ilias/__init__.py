"""What ILIAS hands out and takes back: zips of hand-ins, zips of feedback, status files."""
