"""What an operator does about a breach of personal data: its clock, whom it concerns, and that each of them is told."""
