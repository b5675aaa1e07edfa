"""The card itself and the readers it is put into.

Where things are::

    card.Card(memory, random_bytes=...)         power_on(face) -> ATR, transmit(bytes) -> bytes, power_off()
    card.CardMemory                             everything that survives power-off
    faces.CONTACT, faces.CONTACTLESS            the two ways into a card, with their T=0 switches
    personalisation.personalise(...)            CardProfile + Holder -> CardMemory
    layouts.load_layout("3.00")                 files, items, access conditions, keys of a version
    readers.in_process.Reader(name)             a reader with pyscard's verbs
    security.test_keys.PublishedKeys()          root(...) and card_key(...) of the published test hierarchy
    security.key_table.key_rows()               PSAM usage byte and key id of each card key
    iso7816.apdu, .status, .tlv, .atr           APDUs, status words, TLV, answer to reset

A card is bytes in, bytes out: it holds no clock, socket, thread or random source.
"""
