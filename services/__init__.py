"""The four services of the county; none imports another."""
