"""Personalisation: from a card's and a holder's particulars to the memory of a card."""

from onecard.virtual_cards.personalisation.items import Items
from onecard.virtual_cards.personalisation.numbers import (
    area_digits,
    card_identification_code,
    card_number,
    card_number_check,
    initialising_organisation,
    issue_code,
    social_security_number,
    social_security_number_check,
)
from onecard.virtual_cards.personalisation.personalise import personalise
from onecard.virtual_cards.personalisation.profile import CardProfile, Holder, PersonalisationError

__all__ = [
    "CardProfile",
    "Holder",
    "Items",
    "PersonalisationError",
    "area_digits",
    "card_identification_code",
    "card_number",
    "card_number_check",
    "initialising_organisation",
    "issue_code",
    "personalise",
    "social_security_number",
    "social_security_number_check",
]
