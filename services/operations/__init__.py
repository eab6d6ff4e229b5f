"""What those who run the system do to its data: send again, redrive, rebuild, back up, restore."""
