"""`python -m catalogue.cli` is `pharos`."""

from catalogue.cli import main

if __name__ == "__main__":
    main()
