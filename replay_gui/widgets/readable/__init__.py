"""The texts of an event for people, and the search in them."""
