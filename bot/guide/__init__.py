"""The guide: the knowledge base as a static site, leaflets, a booklet and open data."""
