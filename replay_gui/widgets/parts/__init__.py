"""Small widgets that the other folders share."""
