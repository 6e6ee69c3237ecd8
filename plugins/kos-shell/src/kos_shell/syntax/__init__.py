"""The syntax of KaedeShell: text to tree (`parser`), tree to text (`unparse`), and the tree itself (`tree`)."""
