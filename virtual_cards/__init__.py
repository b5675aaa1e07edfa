"""The card itself and the readers it is put into."""
