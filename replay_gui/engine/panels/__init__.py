"""What single panels of the window ask about an open run: the event that is read, the notes."""
