"""Commands of the card: one table (``table``), one module per family, one way in (``dispatch.execute``)."""
