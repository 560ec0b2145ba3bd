"""What other catalogues harvest from us."""
