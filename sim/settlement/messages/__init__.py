"""Messages of the settlement interface, both generations: what may be said, in which form, with which codes.

:mod:`.transactions` is the table of all of them; :mod:`.envelope` is what they travel in; :mod:`.fields` are
the types of their fields. No module here knows a platform or a client.
"""
