"""HTTP made from case kinds: routes, problems, documents; the only door to fastapi."""
