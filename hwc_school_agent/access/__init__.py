"""Getting a token from whoever gives them: Microsoft, Google, or a command of the school's own. Knows no mail.

Runs in short-lived children only: the libraries behind it cost more memory than the whole resident process.
"""
