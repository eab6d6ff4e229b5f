"""信息公开: the publishing service; it runs, and has no case kinds yet."""
