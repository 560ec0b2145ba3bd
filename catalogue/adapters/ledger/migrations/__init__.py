"""Alembic's room: `env.py` runs revisions on the connection it is given; `versions/` holds them."""
