"""AI captions: five fields leave, up to three variants come back, nothing is kept."""
