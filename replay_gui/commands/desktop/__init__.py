"""What a desktop and a shell know of the program: the menu's entry, the file type, manual pages, completion."""
