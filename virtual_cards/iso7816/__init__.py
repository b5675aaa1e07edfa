"""What ISO/IEC 7816 gives every card: command and response APDUs, status words, TLV, answer to reset."""
