"""Documents on paper: how a letter is laid out, in Word and in a browser."""
