"""Who somebody is: accounts, passwords, signing keys, tokens and sessions."""
