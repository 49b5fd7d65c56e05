"""What there is to report of a verification or a comparison, and the forms in which it can be handed on."""
