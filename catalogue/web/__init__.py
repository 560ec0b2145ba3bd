"""Pages and API over HTTP. Flask lives here and nowhere else."""
