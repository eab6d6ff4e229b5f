"""The distributed runtime on real servers, each service a process of its own."""
