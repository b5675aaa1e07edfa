"""Card images: a card in a file, whole or not at all."""

from onecard.virtual_cards.images.checks import recovered
from onecard.virtual_cards.images.errors import ImageError
from onecard.virtual_cards.images.files import LARGEST, load_image, read_image, save_image, write_image

__all__ = ["LARGEST", "ImageError", "load_image", "read_image", "recovered", "save_image", "write_image"]
