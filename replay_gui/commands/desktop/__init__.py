"""The integration into desktop and shell: the menu's entry, the file type, manual pages, completion."""
