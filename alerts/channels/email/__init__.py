"""E-mail: messages as text and HTML, sent by SMTP. What was sent stays as it is; what is new follows in its thread."""
