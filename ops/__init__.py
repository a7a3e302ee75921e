"""What an operator does with a command, with the same environment variables as the functions."""
