"""The PC/SC software of the machine: what is there, a private daemon, the system's daemon.

Where things are::

    private_pcscd.PrivatePcscd(entries)     a daemon of one's own, as a context manager
    system_pcscd.SystemPcscd()              the machine's daemon and its virtual slots
    parts.parts()                           what is installed, and the command that installs the rest
    errors.PcscError                        everything that goes wrong here, one line each

Nothing here needs pyscard. The cards go into the slots by ``readers.slots``; clients are ``readers.pcsc``.
"""
