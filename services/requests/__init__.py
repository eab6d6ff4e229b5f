"""依申请公开: applications for information; the service runs, and has no case kinds yet."""
