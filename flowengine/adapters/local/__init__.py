"""Speech engines that run on this machine."""
