"""The book: the Sphinx extension, and building, serving and checking the site."""
