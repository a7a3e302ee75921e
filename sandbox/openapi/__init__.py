"""public/openapi.json: what every file in functions/ promises, as OpenAPI 3.1. `python -m sandbox.openapi` writes it.

It stands here and not in shared/ because nothing that is deployed needs it.
"""
