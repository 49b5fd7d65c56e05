"""The texts of the program in the user's language, and numbers as that language writes them."""
