"""Messages of the settlement interface: envelope, amounts, code lists, inputs, outputs, identities."""
