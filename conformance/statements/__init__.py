"""What an implementation claims, and whether that can be true."""
