"""The public privacy pages, made from the data register, the recipient list and the scopes in the code."""
