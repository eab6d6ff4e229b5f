"""Lists that offices kept before (.xlsx, .csv), read as rows of text."""
