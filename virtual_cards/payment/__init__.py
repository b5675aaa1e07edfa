"""The bank application beside the social one: debit and electronic cash after JR/T 0025 (facts: card.md §15).

Where things are::

    personalisation.equip_payment(memory, PaymentProfile(...))      gives a card its bank application
    issuer.Authorisation(pan=, psn=, objects=)                      the bank: verify, answer, load
    application.toml                                                files, FCIs, lists, GET DATA as data
    applications.payment_applications(...), .payment_rules()        the same, understood
    cryptograms, certificates                                       3DES and SM4; RSA; published test keys
    risk                                                            what the card approves and how it reports
    state.PaymentState, transaction.PaymentTransaction              what lasts, what ends with a selection
    status.is_listed(word)                                          status words of this side of the firewall

The commands are in ``commands.payment``. SM2 and SM3 (signatures of PBOC 3.0), combined signatures (CDA),
enciphered scripts and block scripts of the bank are not there.
"""
