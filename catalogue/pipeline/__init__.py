"""One file, one stage, one public function."""
