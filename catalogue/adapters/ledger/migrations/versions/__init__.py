"""One file per revision, never edited after a release."""
